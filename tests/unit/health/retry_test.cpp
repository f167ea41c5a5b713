#include "health/retry.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <set>

namespace deployctl::health {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

void expect_within(Duration delay, Duration full) {
  EXPECT_LE(delay, full);
  EXPECT_GE(delay, full - full / 5);
}

TEST(Retry, DelaysGrowByTheFactorUpToTheMaximum) {
  const api::Backoff backoff{.initial = seconds(1), .factor = 2, .max = seconds(30)};
  const seconds full[] = {seconds(1), seconds(2), seconds(4), seconds(8), seconds(16), seconds(30), seconds(30)};
  for (std::int64_t failed = 1; failed <= 7; ++failed)
    expect_within(delay_after(backoff, failed, "uid"), full[failed - 1]);
}

TEST(Retry, AFactorOfOneIsConstant) {
  const api::Backoff backoff{.initial = seconds(3), .factor = 1, .max = seconds(30)};
  expect_within(delay_after(backoff, 1, "uid"), seconds(3));
  expect_within(delay_after(backoff, 1'000'000'000, "uid"), seconds(3));
}

TEST(Retry, TheMaximumHoldsAlsoForTheFirst) {
  expect_within(delay_after({.initial = seconds(60), .factor = 2, .max = seconds(30)}, 1, "uid"), seconds(30));
}

TEST(Retry, HugeNumbersDoNotOverflow) {
  const api::Backoff backoff{.initial = std::chrono::hours(720),
                             .factor = std::numeric_limits<std::int64_t>::max(),
                             .max = std::chrono::hours(720)};
  expect_within(delay_after(backoff, std::numeric_limits<std::int64_t>::max(), "uid"), std::chrono::hours(720));
}

TEST(Retry, ZeroStaysZero) {
  EXPECT_EQ(delay_after({.initial = milliseconds(0), .factor = 2, .max = seconds(30)}, 9, "uid"), milliseconds(0));
}

TEST(Retry, IsTheSameForTheSameObjectAndSpreadOverOthers) {
  const api::Backoff backoff{.initial = seconds(10), .factor = 2, .max = seconds(300)};
  EXPECT_EQ(delay_after(backoff, 3, "uid-1"), delay_after(backoff, 3, "uid-1"));
  std::set<Duration> delays;
  for (int i = 0; i < 100; ++i) delays.insert(delay_after(backoff, 3, "uid-" + std::to_string(i)));
  EXPECT_GT(delays.size(), 90U);
}

}  // namespace
}  // namespace deployctl::health
