#include "api/conditions.hpp"

#include <gtest/gtest.h>

#include "api/constants.hpp"

namespace deployctl::api {
namespace {

constexpr WallTime kNoon{std::chrono::hours(12)};
constexpr WallTime kLater = kNoon + std::chrono::minutes(5);

Condition ready(ConditionStatus status, std::string reason, WallTime at) {
  return {.type = std::string(conditions::kReady),
          .status = status,
          .reason = std::move(reason),
          .last_transition_time = at};
}

// fault R10
TEST(Conditions, TransitionTimeStaysWhileTheStatusIsTheSame) {
  std::vector<Condition> list;
  set_condition(list, ready(ConditionStatus::False, "StepFailed", kNoon));
  set_condition(list, ready(ConditionStatus::False, "HealthCheckFailed", kLater));
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].reason, "HealthCheckFailed");
  EXPECT_EQ(list[0].last_transition_time, kNoon);
}

// fault R10
TEST(Conditions, TransitionTimeMovesWithTheStatus) {
  std::vector<Condition> list;
  set_condition(list, ready(ConditionStatus::False, "StepFailed", kNoon));
  set_condition(list, ready(ConditionStatus::True, "Succeeded", kLater));
  EXPECT_EQ(list[0].last_transition_time, kLater);
}

TEST(Conditions, RemovingOneLeavesTheOthers) {
  std::vector<Condition> list;
  set_condition(list, ready(ConditionStatus::True, "Succeeded", kNoon));
  set_condition(list, {.type = "Stalled", .status = ConditionStatus::True, .reason = "InvalidSpec"});
  EXPECT_TRUE(is_true(list, "Stalled"));
  remove_condition(list, "Stalled");
  EXPECT_FALSE(is_true(list, "Stalled"));
  EXPECT_TRUE(is_true(list, "Ready"));
}

TEST(Conditions, AConditionThatIsAbsentIsNotTrue) {
  EXPECT_EQ(find_condition({}, "Healthy"), nullptr);
  EXPECT_FALSE(is_true({}, "Healthy"));
}

// fault H11
TEST(Conditions, ALongMessageOfAToolIsOneLineOfAtMostOneKibibyteThatPointsToTheLog) {
  std::vector<Condition> list;
  Condition condition = ready(ConditionStatus::False, "StepFailed", kNoon);
  condition.message = "first\nsecond\n" + std::string(40'000, 'x');
  set_condition(list, condition);
  EXPECT_EQ(list[0].message.size(), limits::kConditionMessageBytes);
  EXPECT_TRUE(list[0].message.starts_with("first second xxx"));
  EXPECT_TRUE(list[0].message.ends_with(" (the rest is in the log)"));
}

TEST(Conditions, AMessageThatFitsIsKept) { EXPECT_EQ(bounded_message("done", 64), "done"); }

}  // namespace
}  // namespace deployctl::api
