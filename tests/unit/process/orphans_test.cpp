#include "process/orphans.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/steady_timer.hpp>
#include <fstream>

#include "runner_fixture.hpp"

namespace deployctl::process {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// Tests run side by side: each looks at what it started itself.
std::string own_operation() { return "01ORPHAN-" + std::to_string(::getpid()); }
std::vector<Orphan> own_orphans() {
  std::vector<Orphan> orphans = find_orphans();
  std::erase_if(orphans, [](const Orphan& orphan) { return orphan.operation != own_operation(); });
  return orphans;
}

/// A second controller in a process of its own; `ready` is written to when its child says its first line.
[[noreturn]] void be_a_controller(int ready, const std::string& directory, const std::string& operation,
                                  const Command& command, Duration timeout) {
  asio::io_context io(1);
  SystemClock clock(io.get_executor());
  const SecretSet secrets;
  PosixProcessRunner runner(io.get_executor(), clock, secrets, ToolFinder(), BaseEnvironment{}, 8);
  RunContext context{
      .operation = operation, .directory = directory, .timeout = timeout, .on_line = [ready](std::string_view) {
        (void)!::write(ready, "x", 1);
      }};
  asio::co_spawn(io, runner.run(command, context), [](std::exception_ptr, ProcessResult) {});
  io.run();
  ::_exit(0);
}

class OrphansTest : public RunnerTest {
 protected:
  void start_controller(const Command& command, Duration timeout = Duration::zero()) {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    const std::string operation = own_operation();
    controller_ = ::fork();
    if (controller_ == 0) be_a_controller(ends[1], directory_, operation, command, timeout);
    ::close(ends[1]);
    char byte = 0;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    ::close(ends[0]);
  }
  void TearDown() override {
    kill_controller();
    for (const Orphan& orphan : own_orphans()) ::kill(orphan.pid, SIGKILL);
  }
  void start_sleeper() { start_controller({.argv = {"sh", "-c", "sleep 1000 & echo x; wait"}}); }
  /// Until its gate is gone it goes on, and says so; what it ends by is kept in a file of that name.
  void start_what_is_let_finish(Duration timeout) {
    std::ofstream(directory_ + "/gate").flush();
    start_controller({.argv = {"sh", "-c",
                               "trap 'touch told; exit' INT; echo x; while [ -e gate ]; do sleep 0.01; echo x; echo y "
                               ">&2; done; touch finished"},
                      .stop = {.signal = SIGINT, .grace = std::chrono::seconds(10), .finishes = true}},
                     timeout);
  }
  [[nodiscard]] bool there_is(const std::string& file) const {
    return std::filesystem::exists(directory_ + "/" + file);
  }
  /// `leaders` are waited for; `meanwhile` runs after a while.
  std::vector<Orphan> wait_for(const Orphan& leader, std::function<void()> meanwhile) {
    std::vector<Orphan> left = {leader};
    asio::co_spawn(io_, outlast(clock_, leader), [&](std::exception_ptr thrown, std::vector<Orphan> got) {
      EXPECT_FALSE(thrown);
      left = std::move(got);
    });
    asio::steady_timer later(io_, std::chrono::milliseconds(300));
    later.async_wait([&](const boost::system::error_code&) { meanwhile(); });
    loop();
    return left;
  }
  void kill_controller() {
    if (controller_ <= 0) return;
    ::kill(controller_, SIGKILL);
    ::waitpid(controller_, nullptr, 0);
    controller_ = 0;
  }

  pid_t controller_ = 0;
};

TEST_F(OrphansTest, ChildrenOfALivingControllerAreNoOrphans) {
  start_sleeper();
  EXPECT_THAT(own_orphans(), IsEmpty());
}

TEST_F(OrphansTest, ChildrenOfAKilledControllerAreFoundWithTheirOperation) {  // fault P11
  start_sleeper();
  kill_controller();
  const auto orphans = own_orphans();
  ASSERT_THAT(orphans, SizeIs(2));
  EXPECT_EQ(orphans[0].operation, own_operation());
  EXPECT_EQ(orphans[0].group, orphans[1].group);
}

TEST_F(OrphansTest, StoppingThemEndsTheWholeGroup) {  // fault P11
  start_sleeper();
  kill_controller();
  const auto orphans = own_orphans();
  std::vector<Orphan> left = orphans;
  asio::co_spawn(io_, stop_orphans(clock_, orphans),
                 [&](std::exception_ptr, std::vector<Orphan> got) { left = std::move(got); });
  loop();
  EXPECT_THAT(left, IsEmpty());
  EXPECT_THAT(still_alive(orphans), IsEmpty());
  EXPECT_THAT(own_orphans(), IsEmpty());
}

TEST_F(OrphansTest, RunThatIsLetFinishComesToItsEnd) {  // fault P11, T3
  start_what_is_let_finish(std::chrono::seconds(60));
  kill_controller();
  const auto leaders = let_finish(own_orphans());
  ASSERT_THAT(leaders, SizeIs(1));
  EXPECT_THAT(others(own_orphans(), leaders), IsEmpty());
  bool lived = false;
  const auto left = wait_for(leaders.front(), [&] {
    lived = !still_alive(leaders).empty();
    std::filesystem::remove(directory_ + "/gate");
  });
  EXPECT_TRUE(lived) << "what it prints and nobody reads does not end it";
  EXPECT_TRUE(there_is("finished"));
  EXPECT_FALSE(there_is("told"));
  EXPECT_THAT(left, IsEmpty());
}

TEST_F(OrphansTest, RunThatIsLetFinishIsToldToStopAtItsDeadline) {  // fault P11, T13
  start_what_is_let_finish(std::chrono::seconds(2));
  kill_controller();
  const auto leaders = let_finish(own_orphans());
  ASSERT_THAT(leaders, SizeIs(1));
  const auto left = wait_for(leaders.front(), [&] { EXPECT_FALSE(there_is("told")) << "before its time"; });
  EXPECT_TRUE(there_is("told"));
  EXPECT_FALSE(there_is("finished"));
  EXPECT_THAT(left, IsEmpty());
}

TEST_F(OrphansTest, WhatARunLeavesBehindIsKilledWhenItHasEnded) {  // fault P4
  start_controller({.argv = {"sh", "-c", "trap '' INT; sleep 1000 & echo x; sleep 0.2"},
                    .stop = {.signal = SIGINT, .grace = std::chrono::minutes(5), .finishes = true}},
                   std::chrono::minutes(5));
  kill_controller();
  const auto orphans = own_orphans();
  const auto leaders = let_finish(orphans);
  ASSERT_THAT(leaders, SizeIs(1));
  EXPECT_EQ(leaders.front().pid, leaders.front().group);
  EXPECT_THAT(wait_for(leaders.front(), [] {}), IsEmpty());
  EXPECT_THAT(still_alive(orphans), IsEmpty());
}

TEST_F(OrphansTest, OtherRunsAreNotLetFinish) {  // fault P11
  start_sleeper();
  kill_controller();
  const auto orphans = own_orphans();
  EXPECT_THAT(let_finish(orphans), IsEmpty());
  EXPECT_EQ(others(orphans, {}), orphans);
}

}  // namespace
}  // namespace deployctl::process
