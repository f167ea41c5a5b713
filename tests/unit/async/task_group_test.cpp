#include "async/task_group.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/system/system_error.hpp>
#include <stdexcept>
#include <vector>

#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

using namespace std::chrono_literals;

Task<void> append(std::vector<int>& to, int value) {
  to.push_back(value);
  co_return;
}

Task<void> sleep_then_append(Clock& clock, Duration time, std::vector<int>& to, int value) {
  co_await clock.sleep_for(time);
  to.push_back(value);
}

Task<void> throwing(std::string message) {
  throw std::runtime_error(message);
  co_return;
}

Task<void> aborting() {
  throw boost::system::system_error(asio::error::operation_aborted);
  co_return;
}

Task<void> fail_when_cancelled(Clock& clock) {
  bool was_cancelled = false;
  try {
    co_await clock.sleep_for(1h);
  } catch (const boost::system::system_error&) {
    was_cancelled = true;
  }
  if (was_cancelled) throw std::runtime_error("clean-up failed");
}

Task<void> cancel_group(TaskGroup& group) {
  group.cancel_all();
  co_return;
}

Task<void> join_and_append(TaskGroup& group, std::vector<int>& to, int value) {
  co_await group.join();
  to.push_back(value);
}

class TaskGroupTest : public testing::Test {
 protected:
  asio::io_context loop_;
  support::FakeClock clock_;
  std::vector<int> seen_;
  std::vector<std::string> failures_;
  TaskGroup group_{loop_.get_executor()};

  void collect_failures() {
    group_.on_failure([this](const std::string& name, const std::exception_ptr& thrown) {
      try {
        std::rethrow_exception(thrown);
      } catch (const std::exception& error) {
        failures_.push_back(name + ": " + error.what());
      }
    });
  }
};

TEST_F(TaskGroupTest, ATaskStartsAtTheNextTurnAndNotInsideSpawn) {
  group_.spawn("one", append(seen_, 1));
  EXPECT_TRUE(seen_.empty());
  EXPECT_EQ(group_.size(), 1U);
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(seen_, std::vector<int>{1});
  EXPECT_EQ(group_.size(), 0U);
}

Task<void> spawn_inside(TaskGroup& group, std::vector<int>& seen) {
  group.spawn("inner", append(seen, 2));
  seen.push_back(1);
  co_return;
}

TEST_F(TaskGroupTest, ATaskSpawnedByATaskDoesNotOvertakeIt) {
  group_.spawn("outer", spawn_inside(group_, seen_));
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(seen_, (std::vector<int>{1, 2}));
}

TEST_F(TaskGroupTest, JoinReturnsWhenTheLastTaskHasEnded) {
  group_.spawn("short", sleep_then_append(clock_, 1s, seen_, 1));
  group_.spawn("long", sleep_then_append(clock_, 2s, seen_, 2));
  TaskGroup waiting(loop_.get_executor());
  waiting.spawn("join", join_and_append(group_, seen_, 3));
  loop_.poll();
  clock_.advance(1s);
  loop_.poll();
  EXPECT_EQ(seen_, std::vector<int>{1});
  clock_.advance(1s);
  support::run_coroutine(loop_, waiting.join());
  EXPECT_EQ(seen_, (std::vector<int>{1, 2, 3}));
}

TEST_F(TaskGroupTest, JoinOfAnEmptyGroupReturnsAtOnce) { support::run_coroutine(loop_, group_.join()); }

TEST_F(TaskGroupTest, SeveralCanJoin) {
  group_.spawn("task", sleep_then_append(clock_, 1s, seen_, 0));
  TaskGroup waiting(loop_.get_executor());
  waiting.spawn("first", join_and_append(group_, seen_, 1));
  waiting.spawn("second", join_and_append(group_, seen_, 2));
  loop_.poll();
  clock_.advance(1s);
  support::run_coroutine(loop_, waiting.join());
  EXPECT_EQ(seen_, (std::vector<int>{0, 1, 2}));
}

TEST_F(TaskGroupTest, CancellingTheJoinLeavesTheTasksAlone) {
  TaskHandle task = group_.spawn("task", sleep_then_append(clock_, 1s, seen_, 1));
  TaskGroup waiting(loop_.get_executor());
  TaskHandle join = waiting.spawn("join", group_.join());
  loop_.poll();
  join.cancel();
  loop_.poll();
  EXPECT_FALSE(join.is_running());
  EXPECT_TRUE(task.is_running());
  clock_.advance(1s);
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(seen_, std::vector<int>{1});
}

TEST_F(TaskGroupTest, ACancelledTaskEndsWithoutAFailure) {
  collect_failures();
  TaskHandle handle = group_.spawn("sleeper", sleep_then_append(clock_, 1h, seen_, 1));
  loop_.poll();
  handle.cancel();
  handle.cancel();
  support::run_coroutine(loop_, group_.join());
  EXPECT_FALSE(handle.is_running());
  EXPECT_TRUE(seen_.empty());
  EXPECT_TRUE(failures_.empty());
}

TEST_F(TaskGroupTest, ATaskCancelledBeforeItStartedNeverStarts) {
  group_.spawn("late", append(seen_, 1)).cancel();
  support::run_coroutine(loop_, group_.join());
  EXPECT_TRUE(seen_.empty());
}

TEST_F(TaskGroupTest, CancelAllStopsEveryTaskEvenTheOneThatAsks) {
  group_.spawn("first", sleep_then_append(clock_, 1h, seen_, 1));
  group_.spawn("second", sleep_then_append(clock_, 1h, seen_, 2));
  group_.spawn("asks", cancel_group(group_));
  support::run_coroutine(loop_, group_.join());
  EXPECT_TRUE(seen_.empty());
}

TEST_F(TaskGroupTest, WhatEscapesATaskIsToldByName) {
  collect_failures();
  group_.spawn("bad", throwing("no luck"));
  group_.spawn("good", append(seen_, 1));
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(failures_, std::vector<std::string>{"bad: no luck"});
  EXPECT_EQ(seen_, std::vector<int>{1});
}

TEST_F(TaskGroupTest, AnAbortThatNobodyAskedForIsAFailure) {
  collect_failures();
  group_.spawn("odd", aborting());
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(failures_.size(), 1U);
}

TEST_F(TaskGroupTest, AnotherExceptionWhileBeingCancelledIsAFailureToo) {
  collect_failures();
  TaskHandle handle = group_.spawn("cleaner", fail_when_cancelled(clock_));
  loop_.poll();
  handle.cancel();
  support::run_coroutine(loop_, group_.join());
  EXPECT_EQ(failures_, std::vector<std::string>{"cleaner: clean-up failed"});
}

TEST_F(TaskGroupTest, WithoutAHandlerTheExceptionLeavesTheLoop) {
  group_.spawn("bad", throwing("no luck"));
  EXPECT_THROW(loop_.run(), std::runtime_error);
  EXPECT_EQ(group_.size(), 0U);
}

TEST_F(TaskGroupTest, AHandleMayOutliveItsTask) {
  TaskHandle handle = group_.spawn("one", append(seen_, 1));
  support::run_coroutine(loop_, group_.join());
  EXPECT_FALSE(handle.is_running());
  handle.cancel();
  TaskHandle().cancel();
  EXPECT_FALSE(TaskHandle().is_running());
}

}  // namespace
}  // namespace deployctl
