#include "async/clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "async/task_group.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl {
namespace {

using namespace std::chrono_literals;

TEST(SystemClock, ReadsAllThreeTimes) {
  asio::io_context loop;
  const SystemClock clock(loop.get_executor());
  EXPECT_GT(clock.wall(), std::chrono::sys_days(std::chrono::year(2025) / 1 / 1));
  EXPECT_GT(clock.boot(), Duration::zero());
  EXPECT_LE(clock.steady(), std::chrono::steady_clock::now());
}

TEST(SystemClock, ADeadlineThatHasPassedReturnsAtOnce) {
  asio::io_context loop;
  SystemClock clock(loop.get_executor());
  support::run_coroutine(loop, clock.sleep_until(clock.steady() - 1h));
  support::run_coroutine(loop, clock.sleep_for(-1h));
}

TEST(SystemClock, SleepingForEverIsPossibleAndCanBeCancelled) {
  asio::io_context loop;
  SystemClock clock(loop.get_executor());
  TaskGroup group(loop.get_executor());
  TaskHandle sleeper = group.spawn("sleeper", clock.sleep_for(Duration::max()));
  loop.poll();
  EXPECT_TRUE(sleeper.is_running());
  sleeper.cancel();
  support::run_coroutine(loop, group.join());
}

}  // namespace
}  // namespace deployctl
