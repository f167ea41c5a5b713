#include "async/with_timeout.hpp"

#include <gtest/gtest.h>

#include <boost/asio/error.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "async/task_group.hpp"
#include "base/result.hpp"
#include "support/fake_clock.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

using namespace std::chrono_literals;

Task<std::string> answer_after(Clock& clock, Duration time) {
  co_await clock.sleep_for(time);
  co_return "answer";
}

Task<std::string> throw_after(Clock& clock, Duration time) {
  co_await clock.sleep_for(time);
  throw std::runtime_error("no luck");
}

Task<void> nothing_after(Clock& clock, Duration time) { co_await clock.sleep_for(time); }

Task<void> throw_when_stopped(Clock& clock) {
  bool was_stopped = false;
  try {
    co_await clock.sleep_for(1h);
  } catch (const boost::system::system_error&) {
    was_stopped = true;
  }
  if (was_stopped) throw std::logic_error("broken invariant");
}

Task<void> clean_up_when_stopped(Clock& clock, bool& cleaned) {
  try {
    co_await clock.sleep_for(1h);
  } catch (const boost::system::system_error&) {
    cleaned = true;
  }
  co_await asio::this_coro::reset_cancellation_state();
  co_await clock.sleep_for(5s);
}

/// What came of one with_timeout, as the coroutine that awaited it saw it.
struct Seen {
  std::optional<std::optional<std::string>> value;
  std::string thrown;
  bool was_aborted = false;
};

Task<void> observe(Task<std::optional<std::string>> task, Seen& seen) {
  try {
    seen.value = co_await std::move(task);
  } catch (const boost::system::system_error& error) {
    seen.was_aborted = error.code() == asio::error::operation_aborted;
  } catch (const std::exception& error) {
    seen.thrown = error.what();
  }
}

class WithTimeout : public testing::Test {
 protected:
  asio::io_context loop_;
  support::FakeClock clock_;
  Seen seen_;
  TaskGroup group_{loop_.get_executor()};

  TaskHandle start(Task<std::string> task, Duration limit) {
    TaskHandle handle = group_.spawn("observe", observe(with_timeout(clock_, limit, std::move(task)), seen_));
    loop_.poll();
    return handle;
  }
  void pass(Duration time) {
    clock_.advance(time);
    loop_.poll();
  }
};

TEST_F(WithTimeout, ATaskThatEndsInTimeGivesItsValue) {
  start(answer_after(clock_, 2s), 3s);
  pass(2s);
  EXPECT_EQ(seen_.value, std::optional(std::optional<std::string>("answer")));
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(WithTimeout, ATaskThatNeverWaitsNeedsNoTime) {
  start(answer_after(clock_, 0s), 0s);
  EXPECT_EQ(seen_.value, std::optional(std::optional<std::string>("answer")));
}

TEST_F(WithTimeout, WhenTheTimeIsUpTheTaskIsStoppedAndThereIsNoValue) {
  start(answer_after(clock_, 1h), 3s);
  pass(2999ms);
  EXPECT_FALSE(seen_.value);
  pass(1ms);
  ASSERT_TRUE(seen_.value.has_value());
  EXPECT_EQ(*seen_.value, std::nullopt);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(WithTimeout, WhatTheTaskThrowsComesOutAtOnce) {
  start(throw_after(clock_, 1s), 1h);
  pass(1s);
  EXPECT_EQ(seen_.thrown, "no luck");
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(WithTimeout, CancellingTheCallerCancelsBoth) {
  TaskHandle caller = start(answer_after(clock_, 1h), 1h);
  caller.cancel();
  loop_.poll();
  EXPECT_TRUE(seen_.was_aborted);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

TEST_F(WithTimeout, ItReturnsOnlyWhenTheStoppedTaskHasEnded) {
  bool cleaned = false;
  TaskHandle caller = group_.spawn("caller", [](Clock& clock, bool& flag) -> Task<void> {
    EXPECT_FALSE(co_await with_timeout(clock, 3s, clean_up_when_stopped(clock, flag)));
  }(clock_, cleaned));
  loop_.poll();
  pass(3s);
  EXPECT_TRUE(cleaned);
  EXPECT_TRUE(caller.is_running());
  pass(5s);
  EXPECT_FALSE(caller.is_running());
}

Task<void> expect_logic_error(Clock& clock) {
  bool thrown = false;
  try {
    co_await with_timeout(clock, 1s, throw_when_stopped(clock));
  } catch (const std::logic_error&) {
    thrown = true;
  }
  EXPECT_TRUE(thrown);
}

TEST_F(WithTimeout, AnExceptionThrownWhileBeingStoppedComesOut) {
  group_.spawn("caller", expect_logic_error(clock_));
  loop_.poll();
  pass(1s);
  EXPECT_EQ(group_.size(), 0U);
}

Task<void> expect_in_time(Clock& clock) {
  EXPECT_TRUE(co_await with_timeout(clock, 3s, nothing_after(clock, 1s)));
  EXPECT_FALSE(co_await with_timeout(clock, 3s, nothing_after(clock, 1h)));
}

TEST_F(WithTimeout, ATaskWithoutAValueSaysWhetherItWasInTime) {
  group_.spawn("caller", expect_in_time(clock_));
  loop_.poll();
  pass(1s);
  pass(3s);
  EXPECT_EQ(group_.size(), 0U);
}

Task<Result<std::unique_ptr<int>>> movable_only() { co_return std::make_unique<int>(5); }

Task<std::optional<Result<std::unique_ptr<int>>>> ask_movable(Clock& clock) {
  co_return co_await with_timeout(clock, 1s, movable_only());
}

TEST_F(WithTimeout, AResultOfSomethingThatOnlyMovesPasses) {
  auto value = support::run_coroutine(loop_, ask_movable(clock_));
  ASSERT_TRUE(value.has_value());
  EXPECT_EQ(*value->value(), 5);
}

Task<std::optional<std::string>> nested(Clock& clock) {
  auto inner = co_await with_timeout(clock, 10s, answer_after(clock, 1h));
  co_return inner ? *inner : std::string("inner deadline");
}

Task<void> expect_outer_first(Clock& clock) {
  EXPECT_FALSE((co_await with_timeout(clock, 3s, nested(clock))).has_value());
}

TEST_F(WithTimeout, TheOuterOfTwoDeadlinesStopsTheInnerOne) {
  group_.spawn("caller", expect_outer_first(clock_));
  loop_.poll();
  pass(3s);
  EXPECT_EQ(group_.size(), 0U);
  EXPECT_EQ(clock_.sleepers(), 0U);
}

}  // namespace
}  // namespace deployctl
