#include "health/aggregate.hpp"

#include <gtest/gtest.h>

namespace deployctl::health {
namespace {

using Kind = api::Require::Kind;

struct Row {
  api::Require require;
  Tally tally;
  Health expected;
};

class Aggregate : public testing::TestWithParam<Row> {};

TEST_P(Aggregate, IsDecidedAsSoonAsNothingCanChangeIt) {
  const Row& row = GetParam();
  EXPECT_EQ(aggregate(row.require, row.tally), row.expected);
}

INSTANTIATE_TEST_SUITE_P(
    Health, Aggregate,
    testing::Values(Row{{Kind::All}, {0, 0, 0}, Health::Healthy}, Row{{Kind::All}, {3, 2, 0}, Health::Unknown},
                    Row{{Kind::All}, {3, 3, 0}, Health::Healthy}, Row{{Kind::All}, {3, 0, 1}, Health::Unhealthy},
                    Row{{Kind::Any}, {0, 0, 0}, Health::Healthy}, Row{{Kind::Any}, {3, 1, 0}, Health::Healthy},
                    Row{{Kind::Any}, {3, 0, 2}, Health::Unknown}, Row{{Kind::Any}, {3, 0, 3}, Health::Unhealthy},
                    Row{{Kind::Count, 2}, {0, 0, 0}, Health::Healthy},
                    Row{{Kind::Count, 2}, {3, 1, 1}, Health::Unknown},
                    Row{{Kind::Count, 2}, {3, 2, 0}, Health::Healthy},
                    Row{{Kind::Count, 2}, {3, 1, 2}, Health::Unhealthy},
                    Row{{Kind::Count, 4}, {3, 3, 0}, Health::Unhealthy}));

Trend after(const std::string& outcomes, const Thresholds& thresholds) {
  Trend trend;
  for (const char outcome : outcomes) trend = follow(trend, outcome == '+', thresholds);
  return trend;
}

TEST(Thresholds, TheFirstOutcomeDecides) {
  EXPECT_EQ(after("+", {}).health, Health::Healthy);
  EXPECT_EQ(after("-", {}).health, Health::Unhealthy);
}

TEST(Thresholds, FlappingChangesNothing) {  // fault H5
  EXPECT_EQ(after("+-+--+--+-+--", {.success = 2, .failure = 3}).health, Health::Healthy);
  EXPECT_EQ(after("-+--+-+-", {.success = 2, .failure = 3}).health, Health::Unhealthy);
}

TEST(Thresholds, EnoughFailuresInARowAreUnhealthy) {  // fault H5
  EXPECT_EQ(after("+--", {.success = 1, .failure = 3}).health, Health::Healthy);
  EXPECT_EQ(after("+---", {.success = 1, .failure = 3}).health, Health::Unhealthy);
}

TEST(Thresholds, EnoughSuccessesInARowAreHealthyAgain) {  // fault H5
  EXPECT_EQ(after("-+", {.success = 2, .failure = 3}).health, Health::Unhealthy);
  EXPECT_EQ(after("-++", {.success = 2, .failure = 3}).health, Health::Healthy);
}

}  // namespace
}  // namespace deployctl::health
