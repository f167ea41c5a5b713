#include "process/orphans.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runner_fixture.hpp"

namespace deployctl::process {
namespace {

using testing::IsEmpty;
using testing::SizeIs;

/// A second controller in a process of its own; `ready` is written to when its child runs.
[[noreturn]] void be_a_controller(int ready, const std::string& directory) {
  asio::io_context io(1);
  SystemClock clock(io.get_executor());
  const SecretSet secrets;
  PosixProcessRunner runner(io.get_executor(), clock, secrets, ToolFinder(), BaseEnvironment{}, 8);
  RunContext context{.operation = "01ORPHAN", .directory = directory, .on_line = [ready](std::string_view) {
                       (void)!::write(ready, "x", 1);
                     }};
  asio::co_spawn(io, runner.run({.argv = {"sh", "-c", "sleep 1000 & echo x; wait"}}, context),
                 [](std::exception_ptr, ProcessResult) {});
  io.run();
  ::_exit(0);
}

class OrphansTest : public RunnerTest {
 protected:
  void SetUp() override {
    int ends[2];
    ASSERT_EQ(::pipe(ends), 0);
    controller_ = ::fork();
    if (controller_ == 0) be_a_controller(ends[1], directory_);
    ::close(ends[1]);
    char byte = 0;
    ASSERT_EQ(::read(ends[0], &byte, 1), 1);
    ::close(ends[0]);
  }
  void TearDown() override {
    kill_controller();
    for (const Orphan& orphan : find_orphans()) ::kill(orphan.pid, SIGKILL);
  }
  void kill_controller() {
    if (controller_ <= 0) return;
    ::kill(controller_, SIGKILL);
    ::waitpid(controller_, nullptr, 0);
    controller_ = 0;
  }

  pid_t controller_ = 0;
};

TEST_F(OrphansTest, ChildrenOfALivingControllerAreNoOrphans) { EXPECT_THAT(find_orphans(), IsEmpty()); }

TEST_F(OrphansTest, ChildrenOfAKilledControllerAreFoundWithTheirOperation) {  // fault P11
  kill_controller();
  const auto orphans = find_orphans();
  ASSERT_THAT(orphans, SizeIs(2));
  EXPECT_EQ(orphans[0].operation, "01ORPHAN");
  EXPECT_EQ(orphans[0].group, orphans[1].group);
}

TEST_F(OrphansTest, StoppingThemEndsTheWholeGroup) {  // fault P11
  kill_controller();
  const auto orphans = find_orphans();
  std::vector<Orphan> left = orphans;
  asio::co_spawn(io_, stop_orphans(clock_, orphans, std::chrono::seconds(10)),
                 [&](std::exception_ptr, std::vector<Orphan> got) { left = std::move(got); });
  loop();
  EXPECT_THAT(left, IsEmpty());
  EXPECT_THAT(still_alive(orphans), IsEmpty());
  EXPECT_THAT(find_orphans(), IsEmpty());
}

}  // namespace
}  // namespace deployctl::process
