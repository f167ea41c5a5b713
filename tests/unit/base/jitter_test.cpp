#include "base/jitter.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace deployctl {
namespace {

using namespace std::chrono_literals;

// fault I15
TEST(Jitter, AThousandObjectsWithTheSameIntervalAreSpreadEvenlyOverIt) {
  std::vector<int> per_tenth(10);
  for (int i = 0; i < 1000; ++i) {
    const Duration at = spread(600s, "uid-" + std::to_string(i));
    ASSERT_GE(at, 0s);
    ASSERT_LT(at, 600s);
    ++per_tenth[static_cast<std::size_t>(at / 60s)];
  }
  EXPECT_GT(*std::ranges::min_element(per_tenth), 60);
  EXPECT_LT(*std::ranges::max_element(per_tenth), 140);
}

TEST(Jitter, TheSameSeedAlwaysGivesTheSameTime) {
  EXPECT_EQ(spread(600s, "6f1c2a90-1d5b-4b51-9d70-d3a4e7f6b111"), spread(600s, "6f1c2a90-1d5b-4b51-9d70-d3a4e7f6b111"));
}

TEST(Jitter, MakesADurationLongerByAtMostItsShare) {
  for (int i = 0; i < 100; ++i) {
    const Duration longer = jittered(10s, 0.2, std::to_string(i));
    EXPECT_GE(longer, 10s);
    EXPECT_LE(longer, 12s);
  }
}

}  // namespace
}  // namespace deployctl
