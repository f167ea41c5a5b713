#include "support/run_coroutine.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "async/notifier.hpp"
#include "async/task_group.hpp"
#include "support/fake_clock.hpp"

namespace deployctl::support {
namespace {

Task<std::unique_ptr<int>> five() { co_return std::make_unique<int>(5); }

Task<int> throwing() {
  throw std::logic_error("broken");
  co_return 1;
}

Task<int> waits_for_ever(Clock& clock) {
  co_await clock.sleep_for(std::chrono::hours(1));
  co_return 1;
}

Task<void> leaves_work(TaskGroup& group, Clock& clock) {
  group.spawn("left over", clock.sleep_for(std::chrono::hours(1)));
  co_return;
}

TEST(RunCoroutine, TheValueComesBack) { EXPECT_EQ(*run_coroutine(five()), 5); }

TEST(RunCoroutine, WhatIsThrownComesBack) { EXPECT_THROW(run_coroutine(throwing()), std::logic_error); }

TEST(RunCoroutine, ACoroutineThatCannotEndIsAFailure) {
  FakeClock clock;
  EXPECT_THROW(run_coroutine(waits_for_ever(clock), std::chrono::milliseconds(20)), std::runtime_error);
}

TEST(RunCoroutine, WorkLeftBehindIsAFailure) {
  static FakeClock clock;
  static asio::io_context loop;
  static TaskGroup group(loop.get_executor());
  EXPECT_NONFATAL_FAILURE(run_coroutine(loop, leaves_work(group, clock), std::chrono::milliseconds(20)),
                          "work was left behind");
  group.cancel_all();
  run_coroutine(loop, group.join());
}

}  // namespace
}  // namespace deployctl::support
