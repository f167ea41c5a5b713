#include "files/operation_end.hpp"

#include <gtest/gtest.h>

#include "base/ulid.hpp"

namespace deployctl::files {
namespace {

using namespace std::chrono_literals;
using api::HistoryResult;
using api::OperationKind;

const ObjectKey kWeb{"dev", "web"};
const WallTime kStart = *parse_rfc3339("2026-11-26T07:15:00.123Z");
const WallTime kNow = kStart + 10s;

api::Operation an_operation(OperationKind kind = OperationKind::Deploy) {
  return {.id = make_ulid(kStart, std::string(10, 'x')),
          .kind = kind,
          .revision = kind == OperationKind::Destroy ? 0 : 4,
          .attempt = 2,
          .started_at = std::chrono::floor<std::chrono::seconds>(kStart),
          .by = "alice"};
}

api::HistoryEntry an_entry(HistoryResult result, std::int64_t revision = 4,
                           OperationKind kind = OperationKind::Deploy) {
  return {.revision = revision,
          .kind = kind,
          .version = "1",
          .result = result,
          .started_at = std::chrono::floor<std::chrono::seconds>(kStart),
          .finished_at = kNow,
          .reason = "StepFailed",
          .message = "it broke"};
}

TEST(OperationEnd, NothingEndsWhileItIsOpen) {
  api::DeploymentStatus before, after;
  after.operation = an_operation();
  EXPECT_EQ(ended_operation(kWeb, before, after, kNow), std::nullopt);
  EXPECT_EQ(ended_operation(kWeb, after, after, kNow), std::nullopt);
}

TEST(OperationEnd, TellsOfTheEntryWithTheMillisecondOfItsId) {
  api::DeploymentStatus before, after;
  before.operation = an_operation();
  after.history = {an_entry(HistoryResult::Failed)};
  const auto ended = ended_operation(kWeb, before, after, kNow);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->started, kStart);
  EXPECT_EQ(ended->operation, before.operation->id);
  EXPECT_EQ(ended->kind, "Deploy");
  EXPECT_EQ(ended->status, "Failed");
  EXPECT_EQ(ended->attempts, 2);
  EXPECT_EQ(ended->message, "it broke");
}

TEST(OperationEnd, OneThatFailedBeforeItsFirstEffectIsToldToo) {
  api::DeploymentStatus before, after;
  before.history = {an_entry(HistoryResult::Succeeded)};
  after.history = {an_entry(HistoryResult::Failed, 0), an_entry(HistoryResult::Succeeded)};
  after.history.front().started_at = kNow - 1s;
  const auto ended = ended_operation(kWeb, before, after, kNow);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->revision, 0);
  EXPECT_EQ(ended->started, kNow - 1s);
}

TEST(OperationEnd, ARepeatedFailureIsAnOperationOfItsOwn) {
  api::DeploymentStatus before, after;
  before.history = {an_entry(HistoryResult::Failed, 0)};
  after.history = {an_entry(HistoryResult::Failed, 0)};
  after.history.front().attempts = 2;
  after.history.front().finished_at = kNow + 60s;
  EXPECT_EQ(ended_operation(kWeb, before, after, kNow)->started, kNow + 60s);
}

TEST(OperationEnd, APlanThatWaitsIsNoEnd) {
  api::DeploymentStatus before, after;
  before.operation = an_operation();
  after.plan = api::Plan{.id = "0123456789abcdef"};
  EXPECT_EQ(ended_operation(kWeb, before, after, kNow), std::nullopt);
}

TEST(OperationEnd, WhatWasFoundBesideALostStatusIsNoOperation) {
  api::DeploymentStatus before, after;
  after.history = {an_entry(HistoryResult::Succeeded)};
  EXPECT_EQ(ended_operation(kWeb, before, after, kNow), std::nullopt);
}

TEST(OperationEnd, AFailedDestroyIsToldByItsCondition) {
  api::DeploymentStatus before, after;
  before.operation = an_operation(OperationKind::Destroy);
  after.conditions = {{.type = "Ready", .reason = "DestroyFailed", .message = "docker said no"}};
  const auto ended = ended_operation(kWeb, before, after, kNow);
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->kind, "Destroy");
  EXPECT_EQ(ended->status, "Failed");
  EXPECT_EQ(ended->message, "docker said no");
  EXPECT_EQ(ended_destroy(kWeb, before, kNow).status, "Succeeded");
}

TEST(OperationEnd, NamesTheDeployThatARollbackUndid) {
  api::DeploymentStatus before, after;
  before.history = {an_entry(HistoryResult::Failed), an_entry(HistoryResult::Succeeded, 3)};
  after.history = {an_entry(HistoryResult::Succeeded, 5, OperationKind::Rollback), an_entry(HistoryResult::RolledBack),
                   an_entry(HistoryResult::Succeeded, 3)};
  EXPECT_EQ(undone_revision(before, after), 4);
  EXPECT_EQ(undone_revision(after, after), std::nullopt);
}

}  // namespace
}  // namespace deployctl::files
