#include "api/status.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "api/conditions.hpp"
#include "api/constants.hpp"

namespace deployctl::api {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr WallTime kNoon{std::chrono::days(20'000) + std::chrono::hours(12)};

DeploymentStatus full_status() {
  DeploymentStatus status{
      .observed_generation = 3, .revision = 7, .last_revision = 8, .version = "1.8.0", .last_success_at = kNoon};
  status.conditions = {{.type = "Ready",
                        .status = ConditionStatus::True,
                        .reason = "Succeeded",
                        .message = "serves",
                        .last_transition_time = kNoon,
                        .observed_generation = 3}};
  status.operation =
      Operation{.id = "01H",
                .kind = OperationKind::Rollback,
                .revision = 8,
                .restored_revision = 6,
                .digest = "v1:a",
                .attempt = 2,
                .step = "apply",
                .once = true,
                .holder = {.identity = "i", .pod_uid = "p", .node = "n", .pid = 4, .process_start = 5, .boot_id = "b"},
                .started_at = kNoon,
                .deadline = kNoon + std::chrono::minutes(30),
                .trigger = "Spec",
                .by = "me",
                .why = "because"};
  status.plan = Plan{.id = "0123456789abcdef",
                     .kind = PlanKind::Rollback,
                     .digest = "d",
                     .add = 1,
                     .change = 2,
                     .destroy = 3,
                     .summary = "one more",
                     .created_at = kNoon,
                     .expires_at = kNoon + std::chrono::hours(24),
                     .inputs = "v1:a",
                     .gate = "v1:c",
                     .restored_revision = 6};
  status.target = Target{"h", "ns", "p", "w"};
  status.health =
      HealthStatus{"Healthy", kNoon, {{.name = "page", .state = "Healthy", .since = kNoon, .message = "200"}}};
  status.quarantined = {
      {.digest = "v1:b", .gate = "v1:c", .version = "2", .revision = 6, .reason = "StepFailed", .since = kNoon}};
  status.inventory = InventorySummary{3, "d"};
  status.outputs = Outputs{"x-outputs", {"endpoint", "password"}};
  status.last_handled.rollback = Request{"previous/1", RequestResult::Done, "went back", kNoon};
  status.history = {{.revision = 7,
                     .kind = OperationKind::Deploy,
                     .version = "1.8.0",
                     .digest = "v1:a",
                     .gate = "v1:c",
                     .result = HistoryResult::Succeeded,
                     .restorable = Restorable::Exact,
                     .restored_revision = 1,
                     .trigger = "Spec",
                     .by = "me",
                     .why = "because",
                     .started_at = kNoon,
                     .finished_at = kNoon + std::chrono::seconds(90),
                     .attempts = 2,
                     .reason = "Succeeded",
                     .message = "ok"}};
  return status;
}

TEST(Status, WhatIsWrittenIsReadBack) { EXPECT_EQ(decode_status(encode_status(full_status())), full_status()); }

TEST(Status, AnEmptyOneSaysOnlyWhichGenerationWasSeen) {
  EXPECT_EQ(dump_json(encode_status({})), R"({"observedGeneration":-1})");
}

TEST(Status, AnEntryOfTheHistorySaysHowLongItTook) {
  EXPECT_EQ(encode_status(full_status()).at("history").at(0).at("duration"), "1m30s");
}

// fault I11
TEST(Status, JunkIsDroppedAndTheRestIsKept) {
  const DeploymentStatus status = decode_status(Json::parse(R"({
    "observedGeneration": "three", "revision": 7, "lastRevision": 1e99, "version": ["x"], "lastSuccessAt": "yesterday",
    "conditions": [5, {"status": "True"}, {"type": "Ready", "status": "Maybe", "reason": "x"},
                   {"type": "Stalled", "status": "True", "reason": "InvalidSpec", "lastTransitionTime": "2026-01-01T00:00:00Z"}],
    "operation": {"kind": "Deploy"}, "plan": 5, "target": "here", "health": {"checks": [{"state": "Healthy"}, {"name": "a"}]},
    "history": {"0": {}}, "quarantined": [null, {"digest": "v1:a"}], "lastHandled": {"force": {"token": "t"}, "cancel": {"token": "c", "result": "Done"}}})"));
  EXPECT_EQ(status.observed_generation, -1);
  EXPECT_EQ(status.revision, 7);
  EXPECT_EQ(status.last_revision, 0);
  ASSERT_THAT(status.conditions, SizeIs(1));
  EXPECT_EQ(status.conditions[0].type, "Stalled");
  EXPECT_FALSE(status.operation || status.plan || status.target || status.last_handled.force);
  EXPECT_THAT(status.health->checks, SizeIs(1));
  EXPECT_THAT(status.history, IsEmpty());
  EXPECT_THAT(status.quarantined, SizeIs(1));
  EXPECT_EQ(status.last_handled.cancel->token, "c");
}

// fault I11
TEST(Status, AnythingAtAllDecodes) {
  for (const char* text : {"null", "5", "[]", "{}", R"({"history": [[]]})", R"({"conditions": [{"type": 1}]})"}) {
    EXPECT_EQ(decode_status(Json::parse(text)), DeploymentStatus{}) << text;
  }
}

// fault I11
TEST(Status, ListsThatSomebodyMadeLongAreReadToTheirBound) {
  Json status = Json::object();
  for (int i = 0; i < 1000; ++i) status["history"].push_back({{"kind", "Deploy"}, {"result", "Failed"}});
  EXPECT_THAT(decode_status(status).history, SizeIs(limits::kHistoryMax));
}

// fault H11
TEST(Status, MessagesOfToolsAreCutToTheirLimits) {
  DeploymentStatus status = full_status();
  const std::string long_message = "one\ntwo " + std::string(40'000, 'x');
  status.conditions[0].message = long_message;
  status.history[0].message = long_message;
  const DeploymentStatus back = decode_status(encode_status(status));
  EXPECT_EQ(back.conditions[0].message.size(), limits::kConditionMessageBytes);
  EXPECT_EQ(back.history[0].message.size(), limits::kHistoryMessageBytes);
  EXPECT_TRUE(back.history[0].message.starts_with("one two xxx"));
  EXPECT_TRUE(back.history[0].message.ends_with("(the rest is in the log)"));
}

// fault H6
TEST(Status, StaysUnder64KibibytesAfterTenThousandOperationsWithLongMessages) {
  DeploymentStatus status = full_status();
  for (int i = 0; i < 10'000; ++i) {
    HistoryEntry entry = status.history.front();
    entry.revision = 8 + i;
    entry.version = std::string(500, 'v');
    entry.by = entry.why = std::string(2'000, 'w');
    entry.message = std::string(4'000, 'm');
    status.history.insert(status.history.begin(), std::move(entry));
    if (i % 100 == 0) status = decode_status(encode_status(status));
  }
  EXPECT_LE(decode_status(encode_status(status)).history.size(), limits::kHistoryMax);
  EXPECT_LE(dump_json(encode_status(status)).size(), limits::kStatusBytes);
}

// fault H6
TEST(Status, TheOldestEntriesGoFirstWhenTheWholeIsTooLarge) {
  DeploymentStatus status = full_status();
  for (int i = 0; i < 32; ++i)
    status.health->checks.push_back({.name = "check" + std::to_string(i), .message = std::string(256, 'c')});
  for (int i = 0; i < 64; ++i) status.outputs->names.push_back(std::string(120, 'o') + std::to_string(i));
  status.plan->summary = std::string(4'096, 'p');
  for (int i = 0; i < 15; ++i)
    status.conditions.push_back({.type = "Type" + std::to_string(i), .message = std::string(1'024, 'c')});
  HistoryEntry entry = status.history.front();
  entry.message = std::string(256, 'm');
  status.history.clear();
  for (int i = 50; i > 0; --i) {
    entry.revision = i;
    status.history.push_back(entry);
  }
  const DeploymentStatus back = decode_status(encode_status(status));
  EXPECT_LT(back.history.size(), 50U);
  ASSERT_FALSE(back.history.empty());
  EXPECT_EQ(back.history.front().revision, 50);
  EXPECT_LE(dump_json(encode_status(status)).size(), limits::kStatusBytes);
}

// fault H8
TEST(Status, HistoryKeepsTheOrderOfWritingWhateverTheClocksSaid) {
  DeploymentStatus status;
  for (const int minute : {3, 1, 2}) {
    status.history.push_back(
        {.revision = minute, .result = HistoryResult::Succeeded, .started_at = kNoon + std::chrono::minutes(minute)});
  }
  const DeploymentStatus back = decode_status(encode_status(status));
  ASSERT_THAT(back.history, SizeIs(3));
  EXPECT_EQ(back.history[0].revision, 3);
  EXPECT_EQ(back.history[1].revision, 1);
  EXPECT_EQ(back.history[2].revision, 2);
}

}  // namespace
}  // namespace deployctl::api
