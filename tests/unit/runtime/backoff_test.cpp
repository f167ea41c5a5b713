#include "runtime/backoff.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace deployctl::runtime {
namespace {

using namespace std::chrono_literals;

constexpr SteadyTime kStart{std::chrono::hours(1)};
const ObjectKey kWeb{"shop", "web"};

TEST(Backoff, EachFailureDoublesTheWaitUpToTheLongest) {
  Backoff backoff({.first = 10ms, .longest = 50ms, .jitter = 0});
  EXPECT_EQ(backoff.next(kWeb, kStart), 10ms);
  EXPECT_EQ(backoff.next(kWeb, kStart), 20ms);
  EXPECT_EQ(backoff.next(kWeb, kStart), 40ms);
  EXPECT_EQ(backoff.next(kWeb, kStart), 50ms);
  for (int i = 0; i < 90; ++i) EXPECT_EQ(backoff.next(kWeb, kStart), 50ms);
}

TEST(Backoff, ASuccessStartsItAgain) {
  Backoff backoff({.first = 10ms, .jitter = 0});
  static_cast<void>(backoff.next(kWeb, kStart));
  static_cast<void>(backoff.next(kWeb, kStart));
  EXPECT_EQ(backoff.failures(kWeb), 2U);
  backoff.forget(kWeb);
  EXPECT_EQ(backoff.failures(kWeb), 0U);
  EXPECT_EQ(backoff.next(kWeb, kStart), 10ms);
}

// fault I15
TEST(Backoff, ObjectsThatFailTogetherAreNotTriedTogether) {
  Backoff backoff({.first = 1000ms, .rate = 1e9, .burst = 1e9});
  std::set<Duration> waits;
  for (int i = 0; i < 1000; ++i) {
    const Duration wait = backoff.next({"shop", "object-" + std::to_string(i)}, kStart);
    EXPECT_GE(wait, 1000ms);
    EXPECT_LT(wait, 1200ms);
    waits.insert(wait);
  }
  EXPECT_GT(waits.size(), 150U);
}

TEST(Backoff, TheSameFailureWaitsAsLongInEveryProcess) {
  Backoff one({.first = 1000ms});
  Backoff other({.first = 1000ms});
  EXPECT_EQ(one.next(kWeb, kStart), other.next(kWeb, kStart + 5s));
}

TEST(Backoff, AllKeysTogetherAreRetriedTenTimesASecondAfterTheFirstHundred) {
  Backoff backoff;
  Duration longest{};
  for (int i = 0; i < 100; ++i)
    longest = std::max(longest, backoff.next({"shop", "object-" + std::to_string(i)}, kStart));
  EXPECT_LT(longest, 10ms);
  EXPECT_EQ(backoff.next({"shop", "first beyond"}, kStart), 100ms);
  EXPECT_EQ(backoff.next({"shop", "second beyond"}, kStart), 200ms);
  EXPECT_LT(backoff.next({"shop", "a minute later"}, kStart + 60s), 10ms);
}

}  // namespace
}  // namespace deployctl::runtime
