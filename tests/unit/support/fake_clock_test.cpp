#include "support/fake_clock.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <vector>

#include "async/task_group.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

using namespace std::chrono_literals;

Task<void> sleep_then_append(Clock& clock, Duration time, std::vector<int>& to, int value) {
  co_await clock.sleep_for(time);
  to.push_back(value);
}

TEST(FakeClock, TimeStandsStillUntilItIsAdvanced) {
  FakeClock clock;
  const WallTime wall = clock.wall();
  const SteadyTime steady = clock.steady();
  const Duration boot = clock.boot();
  clock.advance(5s);
  EXPECT_EQ(clock.wall() - wall, 5s);
  EXPECT_EQ(clock.steady() - steady, 5s);
  EXPECT_EQ(clock.boot() - boot, 5s);
}

TEST(FakeClock, TheCalendarCanJumpAlone) {
  FakeClock clock;
  const SteadyTime steady = clock.steady();
  clock.set_wall(clock.wall() - 1h);
  EXPECT_EQ(clock.steady(), steady);
}

TEST(FakeClock, SleepersWakeInOrderOfTheirDeadlines) {
  asio::io_context loop;
  FakeClock clock;
  std::vector<int> woken;
  TaskGroup group(loop.get_executor());
  group.spawn("late", sleep_then_append(clock, 3s, woken, 3));
  group.spawn("early", sleep_then_append(clock, 1s, woken, 1));
  group.spawn("later still", sleep_then_append(clock, 9s, woken, 9));
  loop.poll();
  EXPECT_EQ(clock.sleepers(), 3U);
  EXPECT_EQ(clock.next_deadline(), clock.steady() + 1s);
  clock.advance(3s);
  loop.poll();
  EXPECT_EQ(woken, (std::vector<int>{1, 3}));
  clock.advance(6s);
  run_coroutine(loop, group.join());
  EXPECT_EQ(woken, (std::vector<int>{1, 3, 9}));
  EXPECT_EQ(clock.next_deadline(), std::nullopt);
}

TEST(FakeClock, ADeadlineThatHasPassedNeedsNoAdvance) {
  FakeClock clock;
  run_coroutine(clock.sleep_until(clock.steady()));
}

TEST(FakeClock, ACancelledSleeperIsForgotten) {
  asio::io_context loop;
  FakeClock clock;
  TaskGroup group(loop.get_executor());
  TaskHandle sleeper = group.spawn("sleeper", clock.sleep_for(1h));
  loop.poll();
  sleeper.cancel();
  run_coroutine(loop, group.join());
  EXPECT_EQ(clock.sleepers(), 0U);
}

}  // namespace
}  // namespace deployctl::support
