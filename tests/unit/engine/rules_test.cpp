// The small pure rules: failures, times, events, next status.

#include <gtest/gtest.h>

#include "api/conditions.hpp"
#include "engine/failures.hpp"
#include "engine/next_status.hpp"
#include "engine/record.hpp"
#include "engine/schedule.hpp"
#include "support/builders.hpp"

namespace deployctl::engine {
namespace {

using support::a_deployment;
namespace reasons = api::reasons;

const WallTime kNow{std::chrono::hours(500'000)};

TEST(Failures, EachKindHasItsReasonAndClass) {
  struct Row {
    ErrorKind kind;
    std::string_view reason;
    FailureClass before, after;
  };
  using enum FailureClass;
  const std::vector<Row> rows{
      {ErrorKind::StepFailed, "StepFailed", BeforeEffect, OfRelease},
      {ErrorKind::StepTimedOut, "StepTimeout", BeforeEffect, OfRelease},
      {ErrorKind::HealthCheckFailed, "HealthCheckFailed", BeforeEffect, OfRelease},
      {ErrorKind::Conflict, "Conflict", BeforeEffect, OfRelease},
      {ErrorKind::SourceFailed, "SourceFailed", Surroundings, Surroundings},
      {ErrorKind::ExecutorUnavailable, "ExecutorUnavailable", Surroundings, Surroundings},
      {ErrorKind::Transient, "ExecutorUnavailable", Surroundings, Surroundings},
      {ErrorKind::WorkspaceFailed, "WorkspaceError", Surroundings, Surroundings},
      {ErrorKind::StateLocked, "StateLocked", Surroundings, Surroundings},
      {ErrorKind::DependencyNotReady, "DependencyNotReady", Surroundings, Surroundings},
      {ErrorKind::Forbidden, "AccessDenied", AccessDenied, AccessDenied},
      {ErrorKind::AccessDenied, "AccessDenied", AccessDenied, AccessDenied},
      {ErrorKind::Invalid, "InvalidSpec", Invalid, Invalid},
  };
  for (const Row& row : rows) {
    SCOPED_TRACE(to_string(row.kind));
    EXPECT_EQ(reason_of(row.kind), row.reason);
    EXPECT_EQ(class_of(row.reason, false), row.before);
    EXPECT_EQ(class_of(row.reason, true), row.after);
  }
}

TEST(Schedule, RetriesBackOffToTheirCap) {
  const api::RetrySpec retry;
  const auto about = [&](std::int64_t attempts) { return retry_delay(retry, attempts, "uid"); };
  EXPECT_GE(about(1), std::chrono::seconds(27));
  EXPECT_LE(about(1), std::chrono::seconds(30));
  EXPECT_GE(about(2), std::chrono::seconds(54));
  EXPECT_LE(about(2), std::chrono::seconds(60));
  EXPECT_LE(about(60), std::chrono::minutes(10));
  EXPECT_GE(about(60), std::chrono::minutes(9));
}

TEST(Schedule, ThousandObjectsDoNotFallIntoStep) {  // fault I15
  const Duration interval = std::chrono::minutes(10);
  std::map<std::int64_t, int> per_minute;
  for (int n = 0; n < 1000; ++n)
    ++per_minute[std::chrono::floor<std::chrono::minutes>(first_recheck_delay(interval, "uid-" + std::to_string(n)))
                     .count()];
  EXPECT_EQ(per_minute.size(), 10U);
  for (const auto& [minute, count] : per_minute) EXPECT_LT(count, 160) << "minute " << minute;
}

TEST(Schedule, RecheckIsNeverUnderTheFloor) {
  EXPECT_GE(recheck_delay(std::chrono::seconds(60), "uid"), std::chrono::seconds(60));
}

constexpr api::HistoryResult kFailed = api::HistoryResult::Failed;
Closing a_failure(std::int64_t revision, std::string_view reason) {
  Closing closing;
  closing.operation = {.id = "01OP", .revision = revision, .digest = support::digest_for("2"), .trigger = "Spec"};
  closing.result = kFailed;
  closing.reason = std::string(reason);
  closing.message = "said the tool";
  closing.version = "2";
  closing.gate = support::kGate;
  closing.restorable = api::Restorable::Exact;
  closing.release_ran = revision > 0;
  closing.generation = 1;
  return closing;
}

TEST(NextStatus, RepeatedFailureIsOneEntry) {
  api::Deployment object = a_deployment().serving(1);
  for (int n = 0; n < 3; ++n) object.status = closed(object, a_failure(2 + n, reasons::kStepFailed), kNow);
  ASSERT_EQ(object.status.history.size(), 2U);
  EXPECT_EQ(object.status.history.front().attempts, 3);
  EXPECT_EQ(object.status.history.front().revision, 4);
}

TEST(NextStatus, WhatNeverCountsIsNotAddedToWhatDoes) {
  api::Deployment object = a_deployment().serving(1);
  for (int n = 0; n < 5; ++n) object.status = closed(object, a_failure(0, reasons::kStepFailed), kNow);
  object.status = closed(object, a_failure(2, reasons::kStepFailed), kNow);
  ASSERT_EQ(object.status.history.size(), 3U);
  EXPECT_EQ(object.status.history.front().attempts, 1);
  EXPECT_EQ(object.status.history.at(1).attempts, 5);
}

TEST(NextStatus, EndWrittenTwiceIsOneEnd) {
  api::Deployment object = a_deployment().serving(1);
  object.status = closed(object, a_failure(2, reasons::kStepFailed), kNow);
  EXPECT_EQ(closed(object, a_failure(2, reasons::kStepFailed), kNow + std::chrono::seconds(1)), object.status);
}

TEST(NextStatus, ForcedRunThatANewerRequestStoppedIsRefused) {
  Closing closing = a_failure(0, reasons::kCancelled);
  closing.result = api::HistoryResult::Superseded;
  closing.force_token = "f";
  const api::DeploymentStatus next = closed(a_deployment().serving(1), closing, kNow);
  ASSERT_TRUE(next.last_handled.force);
  EXPECT_EQ(next.last_handled.force->result, api::RequestResult::Refused);
}

TEST(NextStatus, NobodyKnowsWhatServesAfterAFailedRelease) {
  api::Deployment object = a_deployment().serving(1);
  EXPECT_EQ(closed(object, a_failure(2, reasons::kStepFailed), kNow).revision, 0);
  EXPECT_EQ(closed(object, a_failure(0, reasons::kStepFailed), kNow).revision, 1);
}

TEST(NextStatus, HistoryIsBoundedAndKeepsWhereToGoBackTo) {  // fault H6
  api::Deployment object = a_deployment().serving(1);
  object.spec.history_limit = 3;
  for (int n = 0; n < 50; ++n) {
    Closing closing = a_failure(2 + n, reasons::kStepFailed);
    closing.operation.digest = support::digest_for(std::to_string(n + 2));
    object.status = closed(object, closing, kNow);
  }
  EXPECT_EQ(object.status.history.size(), 3U);
  EXPECT_EQ(object.status.history.back().revision, 1);
}

TEST(NextStatus, AnnouncementIsNotAboutTheNewGeneration) {
  const api::Deployment object = a_deployment().serving(1).at_generation(2);
  const Announcement announcement{.operation = {.id = "01OP", .revision = 2, .step = "create"}, .version = "2"};
  const api::DeploymentStatus next = announced(object, announcement, kNow);
  EXPECT_EQ(next.observed_generation, 1);
  EXPECT_EQ(next.last_revision, 2);
  EXPECT_EQ(next.revision, 1);
  for (const api::Condition& condition : next.conditions) EXPECT_EQ(condition.observed_generation, 1);
}

TEST(NextStatus, TransitionTimeMovesOnlyWithTheStatus) {  // fault R10
  api::Deployment object = a_deployment().serving(1);
  object.status = rested(object, converged(), {}, {}, kNow);
  const WallTime later = kNow + std::chrono::hours(1);
  EXPECT_EQ(rested(object, converged(), {}, {}, later), object.status);
  object.status = rested(object, waiting(reasons::kSourceFailed, "gone"), {}, {}, later);
  EXPECT_EQ(api::find_condition(object.status.conditions, "Ready")->last_transition_time, later);
  const api::DeploymentStatus again =
      rested(object, waiting(reasons::kWorkspaceError, "full"), {}, {}, later + std::chrono::hours(1));
  EXPECT_EQ(api::find_condition(again.conditions, "Ready")->last_transition_time, later);
}

TEST(NextStatus, SuspendedKeepsTheStatusAndNamesTheReason) {
  api::Deployment object = a_deployment().serving(1);
  object.status = rested(object, converged(), {}, {}, kNow);
  object.status = rested(object, suspended(true), {}, {}, kNow);
  const api::Condition* ready = api::find_condition(object.status.conditions, "Ready");
  EXPECT_EQ(ready->status, api::ConditionStatus::True);
  EXPECT_EQ(ready->message, "suspended; before: Succeeded");
  EXPECT_EQ(rested(object, suspended(true), {}, {}, kNow), object.status);
}

TEST(NextStatus, SameOutcomeOfACheckWritesNothing) {
  api::Deployment object = a_deployment().serving(1);
  CheckReport report{
      .healthy = api::ConditionStatus::True, .message = "1 attempt", .checks = {{.name = "api", .state = "Healthy"}}};
  object.status = checked(object, report, kNow);
  report.message = "2 attempts";
  report.checks.front().message = "slower";
  EXPECT_EQ(checked(object, report, kNow + std::chrono::hours(1)), object.status);
}

TEST(Record, ChangeIsToldOnce) {
  api::Deployment object = a_deployment().serving(1);
  const api::DeploymentStatus before = object.status;
  object.status = closed(object, a_failure(2, reasons::kHealthCheckFailed), kNow);
  const auto events = events_between(before, object.status);
  ASSERT_EQ(events.size(), 1U);
  EXPECT_EQ(events.front().reason, reasons::kHealthCheckFailed);
  EXPECT_EQ(events.front().type, ports::EventType::Warning);
  EXPECT_TRUE(events_between(object.status, object.status).empty());
}

TEST(Record, SecretsLeaveNoText) {  // fault X4
  SecretSet secrets;
  secrets.replace({"shop", "web"}, {"correct horse"});
  api::Deployment object = a_deployment().serving(1);
  Closing closing = a_failure(2, reasons::kStepFailed);
  closing.message = "login with correct horse failed";
  const api::DeploymentStatus next = redacted(closed(object, closing, kNow), secrets);
  EXPECT_EQ(dump_json(api::encode_status(next)).find("correct horse"), std::string::npos);
}

}  // namespace
}  // namespace deployctl::engine
