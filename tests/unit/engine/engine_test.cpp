// The engine as a whole over fakes: what a deployment does, what it writes, what happens when it fails.

#include "engine/engine.hpp"

#include <gtest/gtest.h>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using api::OperationKind;
using support::EngineBed;
using Kind = support::FakeRepository::Kind;
namespace annotations = api::annotations;

const process::Exit kExitOne{process::Exit::Kind::Exited, 1, {}};

/// Version 1 serves and the process has seen it.
struct Serving : EngineBed {
  Serving() {
    deploy("1");
    work();
  }
};

TEST(Engine, DeploysAndSaysSo) {
  EngineBed bed;
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.reason("Reconciling"), "");
  EXPECT_EQ(bed.reason("Healthy"), "HealthCheckPassed");
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.status().version, "1");
  EXPECT_EQ(bed.status().observed_generation, 1);
  ASSERT_EQ(bed.status().history.size(), 1U);
  EXPECT_EQ(bed.status().history.front().result, HistoryResult::Succeeded);
  EXPECT_FALSE(bed.status().operation);
}

TEST(Engine, WritesTheStatusTwicePerDeployment) {
  EngineBed bed;
  bed.deploy("1");
  bed.work();
  std::vector<Kind> kinds;
  for (const auto& write : bed.repository.writes()) kinds.push_back(write.kind);
  EXPECT_EQ(kinds, (std::vector<Kind>{Kind::AddFinalizer, Kind::SaveRevision, Kind::Announce, Kind::WriteStatus}));
}

TEST(Engine, WritesOnceMoreForEachOnceStep) {
  EngineBed bed;
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.hooks.pre_deploy = {{.name = "migrate", .command = {"fake", "migrate", "web", "1"}}};
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.repository.status_writes(), 3U);
}

TEST(Engine, StepsRunInOrder) {
  EngineBed bed;
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.hooks.pre_deploy = {{.name = "before", .command = {"fake", "before", "web", "1"}}};
    spec.hooks.post_deploy = {{.name = "after", .command = {"fake", "after", "web", "1"}}};
    spec.health.pre = {{.name = "ready", .http = api::HttpCheck{.url = "http://pre.example/"}}};
    spec.health.post = {{.name = "up", .http = api::HttpCheck{.url = "http://post.example/"}}};
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.world.lines, (std::vector<std::string>{"prepare web 1", "before web 1", "stop web 1", "start web 1",
                                                       "verify web 1", "after web 1", "settle web 1"}));
  ASSERT_EQ(bed.http.requests.size(), 2U);
  EXPECT_EQ(bed.http.requests.front().url, "http://pre.example/");
}

TEST(Engine, NothingIsWrittenOrDoneAtRest) {  // fault R9
  Serving bed;
  const std::size_t effects = bed.world.effects();
  bed.repository.forget_writes();
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_TRUE(bed.repository.writes().empty());
  EXPECT_EQ(bed.world.effects(), effects);
  EXPECT_GE(bed.world.count("verify"), 2U);
}

TEST(Engine, RestartRunsNothingForWhatServes) {
  Serving bed;
  bed.restart();
  bed.world.lines.clear();
  bed.repository.forget_writes();
  bed.work();
  EXPECT_TRUE(bed.world.lines.empty());
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.world.effects(), 0U);
  EXPECT_TRUE(bed.repository.writes().empty());
}

TEST(Engine, SpecSetBackAfterARefusalIsStillReadyAfterARestart) {  // fault R12
  Serving bed;
  bed.world.ends["prepare 2"] = {process::Exit::Kind::Exited, 3, {}};
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.reason("Stalled"), "InvalidSpec");
  bed.deploy("1");
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded");
  bed.restart();
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_FALSE(bed.stalled());
}

TEST(Engine, NewVersionReplacesTheOld) {
  Serving bed;
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.status().revision, 2);
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, BadReleaseIsRolledBackOnceAndHeldBack) {  // fault H1
  Serving bed;
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "RolledBack") << bed.message("Ready");
  EXPECT_EQ(bed.reason("Stalled"), "RolledBack");
  EXPECT_EQ(bed.status().revision, 3);
  ASSERT_EQ(bed.status().quarantined.size(), 1U);
  EXPECT_EQ(bed.status().quarantined.front().version, "2");
  EXPECT_EQ(bed.status().history.at(0).kind, OperationKind::Rollback);
  EXPECT_EQ(bed.status().history.at(0).restored_revision, 1);
  EXPECT_EQ(bed.status().history.at(1).result, HistoryResult::RolledBack);
  const std::size_t effects = bed.world.effects();
  bed.pass(std::chrono::hours(2), std::chrono::minutes(1));
  EXPECT_EQ(bed.world.effects(), effects);
  EXPECT_EQ(bed.measurements.count("deployment docker rolled_back"), 1U);
}

TEST(Engine, QuarantineIsWrittenBeforeTheRollbackTouchesAnything) {
  Serving bed;
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  bool announced = false;
  for (const auto& write : bed.repository.writes()) {
    if (write.kind != Kind::Announce || write.status.operation->kind != OperationKind::Rollback) continue;
    announced = true;
    EXPECT_EQ(write.status.quarantined.size(), 1U);
  }
  EXPECT_TRUE(announced);
}

TEST(Engine, AnotherVersionIsTriedAfterARollback) {
  Serving bed;
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  bed.deploy("3");
  bed.work();
  EXPECT_EQ(bed.runs(), "3");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.stalled());
}

TEST(Engine, FailedRollbackStopsThere) {  // fault H2
  Serving bed;
  bed.world.ends["start"] = kExitOne;
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "RollbackFailed") << bed.message("Ready");
  const std::size_t starts = bed.world.count("start");
  bed.pass(std::chrono::hours(3), std::chrono::minutes(1));
  EXPECT_EQ(bed.world.count("start"), starts);
  EXPECT_EQ(bed.reason("Stalled"), "RollbackFailed");
}

TEST(Engine, FirstDeploymentThatFailsForGoodIsRemovedAgain) {  // fault H3
  EngineBed bed;
  bed.world.sick = {"1"};
  bed.deploy("1");
  bed.pass(std::chrono::hours(1), std::chrono::seconds(30));
  EXPECT_EQ(bed.reason("Stalled"), "RetriesExhausted");
  EXPECT_EQ(bed.ready(), "HealthCheckFailed");
  EXPECT_EQ(bed.world.count("start"), 4U);
  EXPECT_EQ(bed.world.count("destroy"), 1U);
  EXPECT_EQ(bed.runs(), "");
  EXPECT_NE(bed.message("Ready").find("what it had made was removed"), std::string::npos) << bed.message("Ready");
}

TEST(Engine, FirstDeploymentThatFailsForGoodStaysWithOrphan) {  // fault H3
  EngineBed bed;
  bed.world.sick = {"1"};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) { spec.deletion_policy = api::DeletionPolicy::Orphan; });
  bed.pass(std::chrono::hours(1), std::chrono::seconds(30));
  EXPECT_EQ(bed.reason("Stalled"), "RetriesExhausted");
  EXPECT_EQ(bed.world.count("destroy"), 0U);
}

TEST(Engine, FailureBeforeTheFirstEffectTouchesNothingAndIsRetried) {
  Serving bed;
  bed.world.ends["prepare"] = kExitOne;
  bed.deploy("2");
  bed.pass(std::chrono::hours(1), std::chrono::seconds(30));
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.ready(), "StepFailed");
  EXPECT_EQ(bed.reason("Reconciling"), "ProgressingWithRetry");
  EXPECT_EQ(bed.status().history.front().revision, 0);
  EXPECT_GT(bed.status().history.front().attempts, 4);
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, StepThatHangsIsAStepTimeout) {  // fault P6
  Serving bed;
  bed.edit([](api::DeploymentSpec& spec) {
    spec.version = "2";
    spec.timeout = std::chrono::minutes(2);
    spec.rollback.automatic = false;
    spec.retry.limit = 0;
  });
  bed.world.hanging = {"start"};
  bed.pass(std::chrono::minutes(3));
  EXPECT_EQ(bed.ready(), "StepTimeout") << bed.message("Ready");
  EXPECT_EQ(bed.message("Ready"), "step start of revision 2 (version 2) took longer than 2m");
  EXPECT_EQ(bed.world.hang_count, 0U);
}

TEST(Engine, LongStepsTellTheirProgressAtMostEveryTenSeconds) {
  Serving bed;
  bed.repository.forget_writes();
  bed.world.hanging = {"prepare"};
  bed.deploy("2");
  bed.pass(std::chrono::seconds(9), std::chrono::seconds(1));
  EXPECT_EQ(bed.repository.status_writes(), 0U);
  bed.pass(std::chrono::seconds(60), std::chrono::seconds(1));
  EXPECT_EQ(bed.repository.status_writes(), 1U);
  EXPECT_EQ(bed.ready(), "Progressing");
}

TEST(Engine, SpecSetBackDuringARunEndsWithTheOldOne) {  // fault R6
  Serving bed;
  bed.world.hanging = {"verify"};
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  bed.world.hanging.clear();
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().observed_generation, 3);
  EXPECT_EQ(bed.status().history.at(1).result, HistoryResult::Superseded);
}

TEST(Engine, NewSpecWaitsForAnApply) {
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  bed.deploy("3");
  bed.work();
  EXPECT_EQ(bed.world.hang_count, 1U);
  EXPECT_EQ(bed.world.count("prepare web 3"), 0U);
}

TEST(Engine, RecreatedObjectDoesNotInheritARun) {  // fault R7
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  bed.repository.erase(bed.key);
  bed.world.hanging.clear();
  bed.repository.put(
      support::a_deployment().of_version("9").where([](api::Deployment& object) { object.meta.uid = "uid-other"; }));
  bed.work();
  EXPECT_EQ(bed.runs(), "9");
  EXPECT_EQ(bed.ready(), "Succeeded");
  for (const auto& entry : bed.status().history)
    if (entry.version == "2") EXPECT_TRUE(entry.message.starts_with("found beside an empty status")) << entry.message;
}

TEST(Engine, CacheBehindOurOwnWriteStartsNothing) {  // fault R8
  Serving bed;
  bed.repository.cache_is_behind(bed.key);
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.world.count("prepare web 2"), 0U);
  bed.repository.cache_caught_up(bed.key);
  bed.work();
  EXPECT_EQ(bed.world.count("start web 2"), 1U);
}

TEST(Engine, LostAnswerOfTheAnnounceIsNotSentAgain) {
  Serving bed;
  bed.repository.fail_write(2, fail(ErrorKind::Transient, "connection reset"), true);  // 1: the revision, 2: announce
  bed.deploy("2");
  bed.pass(std::chrono::seconds(5), std::chrono::seconds(1));
  EXPECT_EQ(bed.runs(), "2");
  std::size_t announces = 0;
  for (const auto& write : bed.repository.writes())
    announces += write.kind == Kind::Announce && write.status.operation->revision == 2 ? 1U : 0U;
  EXPECT_EQ(announces, 1U);
}

TEST(Engine, MissingSecretIsWaitedForAndHealsByItself) {  // fault I13
  EngineBed bed;
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "DependencyNotReady");
  EXPECT_EQ(bed.reason("Reconciling"), "ProgressingWithRetry");
  bed.references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
  bed.pass(std::chrono::seconds(31));
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, TooShortAnIntervalStalls) {  // fault I14
  EngineBed bed;
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) { spec.interval = std::chrono::milliseconds(1); });
  bed.work();
  EXPECT_EQ(bed.reason("Stalled"), "InvalidSpec");
  EXPECT_EQ(bed.world.lines.size(), 0U);
}

TEST(Engine, TakenRevisionNumberIsStepped) {
  Serving bed;
  bed.repository.occupy_revision(bed.key, 2);
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().revision, 3);
}

TEST(Engine, SecretValueInAToolsMessageIsHidden) {  // fault X4
  EngineBed bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
  bed.world.ends["prepare"] = {process::Exit::Kind::CouldNotStart, 2, "login with correct horse refused"};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "ExecutorUnavailable");
  EXPECT_NE(bed.message("Ready").find("refused"), std::string::npos);
  EXPECT_EQ(dump_json(api::encode_status(bed.status())).find("correct horse"), std::string::npos);
}

TEST(Engine, ChangedReferenceIsDeployedAtOnce) {
  EngineBed bed;
  bed.references.config_maps[{"shop", "settings"}] = {{"LEVEL", "info"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "LEVEL", .value_from = api::ValueFrom{.config_map_key_ref = api::KeyRef{"settings", "LEVEL"}}}};
  });
  bed.work();
  EXPECT_EQ(bed.status().revision, 1);
  bed.references.config_maps[{"shop", "settings"}] = {{"LEVEL", "debug"}};
  bed.references_changed();
  bed.work();
  EXPECT_EQ(bed.status().revision, 2);
  EXPECT_EQ(bed.status().history.front().trigger, "Variables");
}

TEST(Engine, JunkAnnotationIsIgnoredAndLoggedOnce) {  // fault I9
  Serving bed;
  bed.annotate(annotations::kRollbackTo, "{{ junk }}");
  bed.work();
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.ready(), "Succeeded");
  std::size_t told = 0;
  for (const std::string& line : bed.log) told += line.find("Ignored an annotation") != std::string::npos ? 1U : 0U;
  EXPECT_EQ(told, 1U);
}

TEST(Engine, WhoAskedEarlierIsNotNamedForWhatTheSpecAsksLater) {
  Serving bed;
  bed.annotate(annotations::kRequestedBy, "alice");
  bed.annotate(annotations::kForceAt, "one");
  bed.work();
  ASSERT_EQ(bed.status().history.front().by, "alice");
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.status().history.front().by, "");
}

TEST(Engine, AfterARollbackAndASuspensionItStillSaysWhatServes) {
  Serving bed;
  bed.deploy("2");
  bed.work();
  bed.annotate(annotations::kRollbackTo, "previous/one");
  bed.work();
  ASSERT_EQ(bed.ready(), "RolledBack");
  bed.edit([](api::DeploymentSpec& spec) { spec.suspend = true; });
  bed.work();
  ASSERT_EQ(bed.ready(), "Suspended");
  bed.edit([](api::DeploymentSpec& spec) { spec.suspend = false; });
  bed.work();
  EXPECT_EQ(bed.ready(), "RolledBack");
  EXPECT_EQ(bed.message("Ready"), "revision 1 (version 1) serves again as revision 3");
}

TEST(Engine, FirstDeploymentThatHadToWaitIsTriggeredByItsSpec) {
  EngineBed bed;
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
  });
  bed.work();
  bed.references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
  bed.pass(std::chrono::seconds(31));
  ASSERT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().history.front().trigger, "Spec");
}

TEST(Engine, MoreChecksRequiredThanThereAreIsInvalid) {  // misoperation: it would fail every release
  Serving bed;
  bed.edit([](api::DeploymentSpec& spec) {
    spec.health.post = {{.name = "up", .http = api::HttpCheck{.url = "http://post.example/"}}};
    spec.health.require = {.kind = api::Require::Kind::Count, .count = 2};
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "InvalidSpec");
  EXPECT_EQ(
      bed.message("Ready"),
      "spec.health.require: 2 checks cannot pass, because spec.health.post has 1: lower the number, or add checks");
  EXPECT_EQ(bed.runs(), "1");
}

TEST(Engine, AFailedReleaseIsNotCalledHealthyForWhatServedBefore) {
  Serving bed;
  bed.world.ends["start 2"] = kExitOne;
  bed.edit([](api::DeploymentSpec& spec) {
    spec.version = "2";
    spec.rollback.automatic = false;
    spec.retry.limit = 0;
  });
  bed.work();
  EXPECT_EQ(bed.ready(), "StepFailed");
  EXPECT_EQ(bed.reason("Healthy"), "Unknown");
  EXPECT_EQ(bed.reason("Drifted"), "");
}

TEST(Engine, AStatusEmptiedUnderItIsRebuiltAndNothingRunsAgain) {  // api.md: lost status
  Serving bed;
  const std::size_t effects = bed.world.effects();
  bed.repository.overwrite_status(bed.key, {});
  bed.work();
  EXPECT_EQ(bed.world.effects(), effects);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.status().last_revision, 1);
}

TEST(Engine, SuspendedObjectStartsNothing) {
  Serving bed;
  bed.edit([](api::DeploymentSpec& spec) {
    spec.version = "2";
    spec.suspend = true;
  });
  bed.pass(std::chrono::hours(1), std::chrono::minutes(5));
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Suspended");
  bed.edit([](api::DeploymentSpec& spec) { spec.suspend = false; });
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, RollbackToThePreviousRevision) {
  Serving bed;
  bed.deploy("2");
  bed.work();
  bed.annotate(annotations::kRollbackTo, "previous/a");
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "RolledBack");
  ASSERT_TRUE(bed.status().last_handled.rollback);
  EXPECT_EQ(bed.status().last_handled.rollback->result, api::RequestResult::Done);
  bed.pass(std::chrono::hours(1), std::chrono::minutes(5));
  EXPECT_EQ(bed.runs(), "1");
}

TEST(Engine, RollbackToAnUnknownRevisionIsRefused) {  // fault H7
  Serving bed;
  bed.annotate(annotations::kRollbackTo, "7/a");
  bed.work();
  ASSERT_TRUE(bed.status().last_handled.rollback);
  EXPECT_EQ(bed.status().last_handled.rollback->result, api::RequestResult::Refused);
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, RollbackAskedDuringAnApplyWaitsForIt) {  // fault H9
  Serving bed;
  bed.deploy("2");
  bed.world.hanging = {"settle"};
  bed.work();
  bed.annotate(annotations::kRollbackTo, "previous/a");
  bed.work();
  EXPECT_EQ(bed.status().last_handled.rollback->result, api::RequestResult::Pending);
  EXPECT_EQ(bed.world.count("start web 1"), 1U);
}

TEST(Engine, ForceDeploysAgainAndIsEchoed) {
  Serving bed;
  bed.annotate(annotations::kForceAt, "t1");
  bed.work();
  EXPECT_EQ(bed.world.count("start web 1"), 2U);
  EXPECT_EQ(bed.status().revision, 2);
  EXPECT_EQ(bed.status().last_handled.force->result, api::RequestResult::Done);
}

TEST(Engine, ForceTriesAQuarantinedDigestAgain) {
  Serving bed;
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  bed.world.sick.clear();
  bed.annotate(annotations::kForceAt, "t1");
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_TRUE(bed.status().quarantined.empty());
}

TEST(Engine, RequestedReconcileLooksAndIsEchoed) {
  Serving bed;
  bed.annotate(annotations::kRequestedAt, "t1");
  bed.work();
  EXPECT_EQ(bed.status().last_handled.reconcile->result, api::RequestResult::Done);
  EXPECT_EQ(bed.world.count("verify"), 2U);
  EXPECT_EQ(bed.world.count("start"), 1U);
}

TEST(Engine, CancelStopsAndHoldsBackWithoutRollback) {
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  ASSERT_TRUE(bed.status().operation);
  bed.annotate(annotations::kRequestedBy, "bob");
  bed.annotate(annotations::kCancel, bed.status().operation->id);
  bed.work();
  EXPECT_EQ(bed.ready(), "Cancelled");
  EXPECT_EQ(bed.message("Ready"), "cancelled by request of bob");
  EXPECT_EQ(bed.reason("Healthy"), "Unknown");
  EXPECT_EQ(bed.reason("Stalled"), "Cancelled");
  EXPECT_EQ(bed.status().quarantined.front().reason, "Cancelled");
  EXPECT_EQ(bed.status().last_handled.cancel->result, api::RequestResult::Done);
  bed.world.hanging.clear();
  bed.pass(std::chrono::hours(1), std::chrono::minutes(5));
  EXPECT_EQ(bed.world.count("start web 1"), 1U);
}

TEST(Engine, MovedTargetIsRefusedAndForcedMovesEverything) {
  Serving bed;
  bed.executor->host = "other";
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.reason("Stalled"), "InvalidSpec");
  EXPECT_NE(bed.message("Stalled").find("force-at"), std::string::npos);
  bed.annotate(annotations::kForceAt, "t1");
  bed.work();
  EXPECT_EQ(bed.world.count("destroy web 1"), 1U);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.status().target->host, "other");
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.world.misplaced, std::vector<std::string>{});
}

TEST(Engine, ForcedMoveThatFailedGoesOnRemovingAtTheFormerTarget) {
  Serving bed;
  bed.executor->host = "other";
  bed.edit([](api::DeploymentSpec& spec) { spec.rollback.automatic = false; });
  bed.world.ends["destroy"] = kExitOne;
  bed.deploy("2");
  bed.annotate(annotations::kForceAt, "t1");
  bed.work();
  ASSERT_EQ(bed.ready(), "StepFailed");
  bed.world.ends.clear();
  bed.annotate(annotations::kForceAt, "t2");
  bed.work();
  EXPECT_EQ(bed.world.count("destroy web 1"), 2U);
  EXPECT_EQ(bed.world.count("destroy web 2"), 0U);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Engine, LostStatusRunsNothingAgain) {
  Serving bed;
  const std::size_t effects = bed.world.effects();
  bed.restart();
  bed.repository.overwrite_status(bed.key, api::DeploymentStatus{});
  bed.annotate(annotations::kForceAt, "old");
  bed.work();
  EXPECT_EQ(bed.world.effects(), effects);
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.status().last_revision, 1);
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().last_handled.force->result, api::RequestResult::Refused);
}

TEST(Engine, UnhealthyAtACheckIsSaidAndHeals) {
  Serving bed;
  bed.world.running.erase("web");
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  EXPECT_EQ(bed.reason("Healthy"), "HealthCheckFailed");
  EXPECT_EQ(bed.ready(), "HealthCheckFailed");
  EXPECT_EQ(bed.reason("Drifted"), "DriftDetected");
  bed.world.running["web"] = "1";
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.reason("Drifted"), "InSync");
}

TEST(Engine, DeletionDestroysAndLetsGo) {
  Serving bed;
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.runs(), "");
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_TRUE(bed.repository.revision_numbers(bed.key).empty());
}

TEST(Engine, DeletionTakesTheRevisionsAwayLast) {
  using Sent = support::FakeRepository::Kind;
  Serving bed;
  bed.executor->outputs = std::vector<executors::Output>{{.name = "host", .value = "10.0.0.5", .sensitive = false}};
  bed.deploy("2");
  bed.work();
  bed.repository.forget_writes();
  bed.repository.refused.insert_or_assign({bed.key, Sent::Detach}, fail(ErrorKind::Transient, "not now"));
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.repository.revision_numbers(bed.key).size(), 2U) << "a Destroy that has to run again needs them";
  bed.repository.refused.erase({bed.key, Sent::Detach});
  bed.pass(std::chrono::minutes(1));
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_TRUE(bed.repository.revision_numbers(bed.key).empty());
  std::vector<Sent> kinds;
  for (const auto& write : bed.repository.writes())
    if (write.kind != Sent::Announce && write.kind != Sent::WriteStatus) kinds.push_back(write.kind);
  EXPECT_EQ(kinds,
            (std::vector<Sent>{Sent::Detach, Sent::DeleteRevision, Sent::RemoveFinalizer, Sent::DeleteRevision}));
}

TEST(Engine, DeletionDuringAnApplyStopsItFirst) {  // fault F1
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.world.hang_count, 0U);
  EXPECT_EQ(bed.world.count("destroy"), 1U);
  EXPECT_FALSE(bed.repository.has(bed.key));
}

TEST(Engine, FailedDestroyKeepsTheFinalizerAndNamesTheWayOut) {  // fault F2
  Serving bed;
  bed.world.ends["destroy"] = kExitOne;
  bed.repository.request_deletion(bed.key);
  bed.pass(std::chrono::minutes(5));
  EXPECT_EQ(bed.ready(), "DestroyFailed");
  EXPECT_NE(bed.message("Ready").find("Orphan"), std::string::npos);
  EXPECT_GE(bed.world.count("destroy"), 2U);
  EXPECT_LE(bed.world.count("destroy"), 6U);
  bed.edit([](api::DeploymentSpec& spec) { spec.deletion_policy = api::DeletionPolicy::Orphan; });
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
}

TEST(Engine, FinalizerTakenAwayInMidDestroyIsSurvived) {  // fault F3
  Serving bed;
  bed.world.hanging = {"destroy"};
  bed.repository.request_deletion(bed.key);
  bed.work();
  bed.repository.erase(bed.key);
  bed.work();
  EXPECT_EQ(bed.measurements.count("orphaned"), 1U);
  EXPECT_TRUE(bed.logged("Orphaned"));
}

TEST(Engine, DroppedFinalizerIsAddedBeforeAnythingElse) {  // fault F4
  Serving bed;
  bed.repository.forget_writes();
  api::Deployment replaced = bed.repository.object(bed.key);
  replaced.meta.finalizers.clear();
  replaced.spec.version = "2";
  ++replaced.meta.generation;
  bed.repository.put(replaced);
  bed.work();
  ASSERT_FALSE(bed.repository.writes().empty());
  EXPECT_EQ(bed.repository.writes().front().kind, Kind::AddFinalizer);
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Engine, FailedPreDeployHookStopsTheReleaseWithoutRollback) {
  Serving bed;
  bed.world.ends["before"] = kExitOne;
  bed.edit([](api::DeploymentSpec& spec) {
    spec.version = "2";
    spec.retry.limit = 1;
    spec.hooks.pre_deploy = {{.name = "before", .command = {"fake", "before", "web", "2"}}};
  });
  bed.pass(std::chrono::minutes(20), std::chrono::seconds(30));
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.reason("Stalled"), "RetriesExhausted");
  EXPECT_EQ(bed.world.count("before"), 2U);
  EXPECT_EQ(bed.world.count("start web 1"), 1U);
}

TEST(Engine, ShutdownRecordsWhatWasInterruptedAndTheNextStartGoesOn) {
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  bed.world.hanging.clear();
  bed.restart();
  EXPECT_FALSE(bed.status().operation);
  EXPECT_EQ(bed.status().history.front().result, HistoryResult::Interrupted);
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, ShutdownDuringAnyWriteOfAPassLosesNothing) {
  for (std::size_t k = 1; k <= 8; ++k) {
    SCOPED_TRACE("stopped during action " + std::to_string(k));
    Serving bed;
    bed.power.stop_at = bed.power.actions + k;
    bed.deploy("2");
    bed.work();
    bed.restart();
    bed.work();
    EXPECT_EQ(bed.runs(), "2");
    EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
    EXPECT_FALSE(bed.status().operation);
  }
}

TEST(Engine, ExceptionInALookIsToldAndTheLookIsTakenAgain) {
  Serving bed;
  bed.escaped = 0;
  bed.world.throwing = {"verify"};
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  EXPECT_GE(bed.escaped, 1U);
  EXPECT_LE(bed.escaped, 3U);
  EXPECT_EQ(bed.reason("Healthy"), "Unknown");
  bed.world.throwing.clear();
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  EXPECT_EQ(bed.reason("Healthy"), "HealthCheckPassed");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Engine, ALookThatIsStoppedLeavesNoDirectory) {  // fault X6
  Serving bed;
  bed.world.hanging = {"verify"};
  bed.pass(std::chrono::minutes(11), std::chrono::seconds(30));
  ASSERT_EQ(bed.world.hang_count, 1U);
  bed.world.hanging.clear();
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.work_directories(), 0U);
}

TEST(Engine, ALookBackThatIsStoppedLeavesNoDirectory) {  // fault X6
  Serving bed;
  bed.world.hanging = {"verify"};
  bed.repository.overwrite_status(bed.key, {});
  bed.work();
  ASSERT_EQ(bed.world.hang_count, 1U);
  bed.repository.erase(bed.key);
  bed.work();
  EXPECT_EQ(bed.world.hang_count, 0U);
  EXPECT_EQ(bed.work_directories(), 0U);
}

TEST(Engine, ExceptionInAStepIsToldAndTheStepTriedAgain) {
  Serving bed;
  bed.escaped = 0;
  bed.world.throwing = {"start"};
  bed.deploy("2");
  bed.pass(std::chrono::seconds(2), std::chrono::seconds(1));
  EXPECT_EQ(bed.escaped, 1U);
  EXPECT_EQ(bed.ready(), "ExecutorUnavailable") << bed.message("Ready");
  bed.world.throwing.clear();
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(Engine, OnceHookStoppedByAShutdownIsNotRunAgainByItself) {  // fault R1
  Serving bed;
  bed.world.hanging = {"migrate"};
  bed.edit([](api::DeploymentSpec& spec) {
    spec.version = "2";
    spec.hooks.pre_deploy = {{.name = "migrate", .command = {"fake", "migrate", "web", "2"}}};
  });
  bed.work();
  bed.world.hanging.clear();
  bed.restart();
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.world.count("migrate"), 1U);
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_NE(bed.message("Stalled").find("force-at"), std::string::npos) << bed.message("Stalled");
  bed.annotate(annotations::kForceAt, "go");
  bed.work();
  EXPECT_EQ(bed.world.count("migrate"), 2U);
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(Engine, RecreatedObjectLeavesNoDirectoryOfTheRunBefore) {  // fault R7
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.work_directories(), 1U);
  bed.repository.erase(bed.key);
  bed.world.hanging.clear();
  bed.repository.put(
      support::a_deployment().of_version("9").where([](api::Deployment& object) { object.meta.uid = "uid-other"; }));
  bed.work();
  EXPECT_EQ(bed.runs(), "9");
  EXPECT_EQ(bed.work_directories(), 0U);
}

TEST(Engine, SecretsInHeadersOfHooksAndChecksAreHidden) {  // fault X4
  EngineBed bed;
  bed.references.secrets[{"shop", "hook"}] = {{"token", "correct horse"}};
  bed.references.secrets[{"shop", "check"}] = {{"token", "battery staple"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.hooks.pre_deploy = {
        {.name = "tell",
         .http = api::HookHttp{
             .url = "http://hook.example/",
             .headers = {{.name = "X-Token", .value = {}, .secret_key_ref = api::KeyRef{"hook", "token"}}}}}};
    spec.health.post = {
        {.name = "up",
         .http = api::HttpCheck{
             .url = "http://post.example/",
             .headers = {{.name = "X-Token", .value = {}, .secret_key_ref = api::KeyRef{"check", "token"}}}}}};
  });
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.secrets.redact("got correct horse"), "got [redacted]");
  EXPECT_EQ(bed.secrets.redact("got battery staple"), "got [redacted]");
}

TEST(Engine, SecretSourceOfAKeptRevisionIsHiddenAfterARestart) {  // fault X4
  EngineBed bed;
  bed.references.secrets[{"shop", "files"}] = {{"Dockerfile", "FROM correct-horse"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.source = api::Source{.secret_ref = api::NameRef{"files"}};
    spec.docker->image.reset();
    spec.docker->build.emplace();
  });
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  bed.secrets.forget(bed.key);
  bed.restart();
  bed.world.hanging = {"verify"};
  bed.references.failure = fail(ErrorKind::Transient, "not now");
  bed.pass(std::chrono::minutes(30), std::chrono::seconds(30));
  EXPECT_EQ(bed.secrets.redact("got FROM correct-horse"), "got [redacted]");
}

TEST(Engine, WhatAStepIsCapturedWholeForIsNotLogged) {  // fault X4
  for (const bool whole : {false, true}) {
    EngineBed bed;
    if (whole) bed.executor->whole = {"prepare"};
    bed.world.ends["prepare"] = kExitOne;
    bed.world.writes["prepare"] = R"({"values": {"password": "nobody named this"}})";
    bed.deploy("1");
    bed.work();
    EXPECT_TRUE(bed.logged("Failed a step"));
    EXPECT_EQ(bed.logged("nobody named this"), !whole);
  }
}

TEST(Engine, CutInsideASecretShowsNothingOfIt) {  // fault X4
  EngineBed bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
  bed.world.ends["prepare"] = kExitOne;
  bed.world.says["prepare"] = "correct horse" + std::string(4090, '.');
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    spec.variables = {
        {.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
  });
  bed.work();
  ASSERT_TRUE(bed.logged("Failed a step"));
  EXPECT_TRUE(bed.logged("....."));
  EXPECT_FALSE(bed.logged("horse"));
}

}  // namespace
}  // namespace deployctl::engine
