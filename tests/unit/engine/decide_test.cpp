#include "engine/decide.hpp"

#include <gtest/gtest.h>

#include "support/builders.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using api::OperationKind;
using support::a_deployment;
using support::digest_for;
using support::kGate;
namespace reasons = api::reasons;
namespace annotations = api::annotations;

const WallTime kNow{std::chrono::hours(500'000)};

/// A process that has just looked at everything.
Observation looked() {
  Observation seen;
  seen.started = kNow - std::chrono::hours(1);
  seen.checked_at = kNow;
  seen.looked_back = true;
  return seen;
}
/// … and worked out that the spec asks for `version`.
Observation wanting(const std::string& version, std::int64_t generation = 1) {
  Observation seen = looked();
  seen.desired = Desired{.generation = generation, .at = kNow, .digest = digest_for(version), .gate = kGate};
  return seen;
}
Running running(OperationKind kind = OperationKind::Deploy) {
  return {.id = "01OP", .kind = kind, .busy = true, .generation = 1, .digest = digest_for("1"), .gate = kGate};
}
template <class T>
const T* as(const Decision& decision) {
  return std::get_if<T>(&decision);
}
api::Deployment with_open_operation(support::DeploymentBuilder builder) {
  return builder.where([](api::Deployment& object) {
    object.status.operation = api::Operation{.id = "01OTHER", .holder = {.identity = "system/one_01X"}};
  });
}

// 1

TEST(Decide, OperationOfALivingHolderIsWaitedForAndSaysForWhom) {
  const api::Deployment object = with_open_operation(a_deployment().with_finalizer());
  Observation seen = wanting("1");
  seen.holder.missing = "its Pod is there";
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest,
            held(reasons::kProgressing, "waits for operation 01OTHER of system/one_01X: its Pod is there"));
  EXPECT_EQ(as<Settle>(decision)->until, kNow + std::chrono::seconds(10));
}

TEST(Decide, DeletionWaitsForALivingHolder) {
  const api::Deployment object = with_open_operation(a_deployment().with_finalizer().serving(1).being_deleted());
  const Decision decision = decide(object, looked(), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Held);
}

TEST(Decide, OperationOfADeadHolderIsRecovered) {
  Observation seen = wanting("1");
  seen.holder.state = HolderState::Dead;
  EXPECT_TRUE(as<Recover>(decide(with_open_operation(a_deployment().with_finalizer()), seen, kNow)));
}

TEST(Decide, RecoveryWaitsForASlot) {
  Observation seen = wanting("1");
  seen.holder.state = HolderState::Dead;
  seen.slot_free = false;
  EXPECT_TRUE(as<Wait>(decide(with_open_operation(a_deployment().with_finalizer()), seen, kNow)));
}

// 2

TEST(Decide, DeletedObjectStopsItsOperationFirst) {  // fault F1
  Observation seen = wanting("1");
  seen.running = running();
  const Decision decision = decide(a_deployment().with_finalizer().being_deleted(), seen, kNow);
  ASSERT_TRUE(as<Cancel>(decision));
  EXPECT_EQ(as<Cancel>(decision)->cause, StopCause::Deleted);
}

TEST(Decide, DeletedObjectIsDestroyed) {
  EXPECT_TRUE(as<Destroy>(decide(a_deployment().with_finalizer().serving(1).being_deleted(), looked(), kNow)));
}

TEST(Decide, DestroyIsNotStoppedByADeletionThatIsItsReason) {
  Observation seen = looked();
  seen.running = running(OperationKind::Destroy);
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().serving(1).being_deleted(), seen, kNow)));
}

TEST(Decide, DestroyedObjectLosesItsFinalizer) {
  Observation seen = looked();
  seen.destroyed = true;
  const Decision decision = decide(a_deployment().with_finalizer().serving(1).being_deleted(), seen, kNow);
  ASSERT_TRUE(as<RemoveFinalizer>(decision));
  EXPECT_FALSE(as<RemoveFinalizer>(decision)->orphan);
}

TEST(Decide, OrphanIsNotDestroyed) {  // fault F2
  const api::Deployment object = a_deployment().with_finalizer().serving(1).being_deleted().where(
      [](api::Deployment& it) { it.spec.deletion_policy = api::DeletionPolicy::Orphan; });
  const Decision decision = decide(object, looked(), kNow);
  ASSERT_TRUE(as<RemoveFinalizer>(decision));
  EXPECT_TRUE(as<RemoveFinalizer>(decision)->orphan);
}

TEST(Decide, OrphanCountsAlsoWhereTheRestOfTheSpecDoesNotDecode) {  // fault I10
  const api::Deployment object =
      a_deployment().with_finalizer().being_deleted().serving(1).where([](api::Deployment& it) {
        it.spec.deletion_policy = api::DeletionPolicy::Orphan;
        it.undecodable = fail(ErrorKind::Invalid, "spec.interval: no duration");
      });
  ASSERT_TRUE(as<RemoveFinalizer>(decide(object, looked(), kNow)));
}

TEST(Decide, DeletedWhileSuspendedActsAsOrphan) {
  const api::Deployment object = a_deployment().with_finalizer().serving(1).being_deleted().where(
      [](api::Deployment& it) { it.spec.suspend = true; });
  EXPECT_TRUE(as<RemoveFinalizer>(decide(object, looked(), kNow)));
}

TEST(Decide, NeverDeployedObjectGoesWithoutDestroy) {
  EXPECT_TRUE(as<RemoveFinalizer>(decide(a_deployment().with_finalizer().being_deleted(), looked(), kNow)));
}

TEST(Decide, EmptyStatusIsNotTakenForNeverDeployed) {
  Observation seen = looked();
  seen.looked_back = false;
  EXPECT_TRUE(as<LookBack>(decide(a_deployment().with_finalizer().being_deleted(), seen, kNow)));
}

TEST(Decide, FailedDestroyIsTriedAgainInItsTime) {  // fault F2
  Observation seen = looked();
  seen.destroy_retry_at = kNow + std::chrono::seconds(30);
  const api::Deployment object = a_deployment().with_finalizer().serving(1).being_deleted();
  EXPECT_TRUE(as<Wait>(decide(object, seen, kNow)));
  EXPECT_TRUE(as<Destroy>(decide(object, seen, kNow + std::chrono::seconds(30))));
}

TEST(Decide, ForeignFinalizersAreNotOurs) {  // fault F7
  const api::Deployment object =
      a_deployment().being_deleted().where([](api::Deployment& it) { it.meta.finalizers = {"example.io/other"}; });
  EXPECT_TRUE(as<Nothing>(decide(object, looked(), kNow)));
}

// 3

TEST(Decide, FinalizerComesBeforeEverything) { EXPECT_TRUE(as<AddFinalizer>(decide(a_deployment(), looked(), kNow))); }

TEST(Decide, FinalizerIsAddedAgainBeforeTheOperationGoesOn) {  // fault F4
  Observation seen = wanting("1");
  seen.running = running();
  EXPECT_TRUE(as<AddFinalizer>(decide(a_deployment(), seen, kNow)));
}

// 4

TEST(Decide, EndedTaskIsTaken) {
  Observation seen = wanting("1");
  seen.running = running();
  seen.running->busy = false;
  EXPECT_TRUE(as<Continue>(decide(a_deployment().with_finalizer(), seen, kNow)));
}

TEST(Decide, BusyOperationIsWaitedForUntilItsDeadline) {
  Observation seen = wanting("1");
  seen.running = running();
  seen.running->deadline = kNow + std::chrono::minutes(5);
  const Decision decision = decide(a_deployment().with_finalizer(), seen, kNow);
  ASSERT_TRUE(as<Wait>(decision));
  EXPECT_EQ(as<Wait>(decision)->until, kNow + std::chrono::minutes(5));
}

TEST(Decide, OverdueOperationIsCancelled) {
  Observation seen = wanting("1");
  seen.running = running();
  seen.running->deadline = kNow;
  const Decision decision = decide(a_deployment().with_finalizer(), seen, kNow);
  ASSERT_TRUE(as<Cancel>(decision));
  EXPECT_EQ(as<Cancel>(decision)->cause, StopCause::Overdue);
}

TEST(Decide, CancelNamesTheOperation) {
  Observation seen = wanting("1");
  seen.running = running();
  seen.requests.cancel = api::Asked{"01OP", true};
  EXPECT_TRUE(as<Cancel>(decide(a_deployment().with_finalizer(), seen, kNow)));
  seen.requests.cancel = api::Asked{"01ELSE", true};
  EXPECT_FALSE(as<Cancel>(decide(a_deployment().with_finalizer(), seen, kNow)));
}

TEST(Decide, NewSpecCancelsWhatOnlyLooks) {
  Observation seen = wanting("2", 2);
  seen.running = running();
  seen.running->interruptible = true;
  const Decision decision = decide(a_deployment().with_finalizer().at_generation(2), seen, kNow);
  ASSERT_TRUE(as<Cancel>(decision));
  EXPECT_EQ(as<Cancel>(decision)->cause, StopCause::Superseded);
}

TEST(Decide, NewSpecWaitsForEffects) {
  Observation seen = wanting("2", 2);
  seen.running = running();
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().at_generation(2), seen, kNow)));
}

TEST(Decide, EditThatChangesNothingAskedStopsNothing) {
  Observation seen = wanting("1", 2);
  seen.running = running();
  seen.running->interruptible = true;
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().at_generation(2), seen, kNow)));
}

TEST(Decide, InvalidEditStopsNothing) {
  Observation seen = wanting("2", 2);
  seen.desired->error = fail(ErrorKind::Invalid, "spec.docker.image: empty");
  seen.running = running();
  seen.running->interruptible = true;
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().at_generation(2), seen, kNow)));
}

TEST(Decide, SuspendStopsNothing) {
  Observation seen = wanting("2", 2);
  seen.running = running();
  seen.running->interruptible = true;
  const api::Deployment object =
      a_deployment().with_finalizer().at_generation(2).where([](api::Deployment& it) { it.spec.suspend = true; });
  EXPECT_TRUE(as<Wait>(decide(object, seen, kNow)));
}

TEST(Decide, RollbackAskedDuringEffectsIsNotedAndWaits) {  // fault H9
  Observation seen = wanting("1");
  seen.running = running();
  seen.requests.rollback = api::AskedRollback{.asked = {"previous/a", true}};
  const Decision decision = decide(a_deployment().with_finalizer().serving(1), seen, kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->request.result, api::RequestResult::Pending);
  seen.requests.rollback->asked.is_new = false;
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
}

TEST(Decide, OperationIsNotCancelledByTheRequestItServes) {
  Observation seen = wanting("1");
  seen.running = running();
  seen.running->interruptible = true;
  seen.running->request = "token";
  seen.requests.force = api::Asked{"token", true};
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer(), seen, kNow)));
}

// lost status

TEST(Decide, EmptyStatusIsLookedBehindFirst) {
  Observation seen = wanting("1");
  seen.looked_back = false;
  EXPECT_TRUE(as<LookBack>(decide(a_deployment().with_finalizer(), seen, kNow)));
}

// 5

TEST(Decide, RequestedRollbackRunsAlsoWhileSuspended) {
  Observation seen = wanting("2");
  seen.requests.rollback = api::AskedRollback{.asked = {"1/a", true}, .revision = 1};
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").serving(2, "2").where(
      [](api::Deployment& it) { it.spec.suspend = true; });
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<RollBack>(decision));
  EXPECT_EQ(as<RollBack>(decision)->target.revision, 1);
  EXPECT_EQ(as<RollBack>(decision)->trigger, "Request");
}

TEST(Decide, RequestedRollbackWaitsForASlot) {
  Observation seen = wanting("2");
  seen.requests.rollback = api::AskedRollback{.asked = {"1/a", true}, .revision = 1};
  seen.slot_free = false;
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().serving(1, "1").serving(2, "2"), seen, kNow)));
}

TEST(Decide, RollbackToAPurgedRevisionIsRefused) {  // fault H7
  Observation seen = wanting("2");
  seen.requests.rollback = api::AskedRollback{.asked = {"1/a", true}, .revision = 1};
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").serving(2, "2").where(
      [](api::Deployment& it) { it.status.history.back().restorable = api::Restorable::No; });
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->request.result, api::RequestResult::Refused);
  EXPECT_NE(as<Answer>(decision)->request.message.find("1"), std::string::npos);
}

api::Deployment two_serve() { return a_deployment().with_finalizer().serving(1, "1").serving(2, "2"); }

TEST(Decide, OfTwoRequestsTheOlderIsRefused) {
  Observation seen = wanting("2");
  seen.requests.rollback = api::AskedRollback{.asked = {"1/a", false}, .revision = 1};
  seen.requests.force = api::Asked{"f", true};
  const Decision decision = decide(two_serve(), seen, kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->which, Answer::Which::Rollback);
  EXPECT_EQ(as<Answer>(decision)->request.result, api::RequestResult::Refused);
  EXPECT_EQ(as<Answer>(decision)->request.token, "1/a");
}

TEST(Decide, OfTwoWaitingRequestsTheLaterNotedOneCounts) {
  Observation seen = wanting("2");
  seen.requests.rollback = api::AskedRollback{.asked = {"1/a", false}, .revision = 1};
  seen.requests.force = api::Asked{"f", false};
  api::Deployment object = two_serve();
  object.status.last_handled.force = api::Request{.token = "f", .at = kNow};
  object.status.last_handled.rollback = api::Request{.token = "1/a", .at = kNow + std::chrono::seconds(1)};
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->which, Answer::Which::Force);
  EXPECT_EQ(as<Answer>(decision)->request.result, api::RequestResult::Refused);
}

TEST(Decide, RequestAskedWhileAnotherWaitsForAnApplyTakesItsPlace) {  // fault H9
  Observation seen = wanting("1");
  seen.running = running();
  seen.requests.rollback = api::AskedRollback{.asked = {"previous/a", false}};
  seen.requests.force = api::Asked{"f", true};
  const Decision decision = decide(a_deployment().with_finalizer().serving(1), seen, kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->which, Answer::Which::Rollback);
  EXPECT_EQ(as<Answer>(decision)->request.result, api::RequestResult::Refused);
}

TEST(Decide, CancelOfNothingIsRefused) {
  Observation seen = wanting("1");
  seen.requests.cancel = api::Asked{"01ELSE", true};
  EXPECT_TRUE(as<Answer>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
}

// 6

TEST(Decide, NewGenerationIsResolved) {
  EXPECT_TRUE(as<Resolve>(decide(a_deployment().with_finalizer().serving(1).at_generation(2), wanting("1"), kNow)));
}

TEST(Decide, ObservedGenerationIsNotResolvedAtStart) {
  EXPECT_TRUE(as<Settle>(decide(a_deployment().with_finalizer().serving(1), looked(), kNow)));
}

TEST(Decide, FirstLookAfterAStartIsSpreadOverTheInterval) {  // fault I15
  Observation seen = looked();
  seen.checked_at.reset();
  seen.started = kNow;
  const api::Deployment object = a_deployment().with_finalizer().serving(1);
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_LE(*as<Settle>(decision)->until, kNow + object.spec.interval);
  EXPECT_TRUE(as<Resolve>(decide(object, seen, kNow + object.spec.interval)));
}

TEST(Decide, UnfinishedBusinessIsResolvedAtStart) {
  const api::Deployment object = a_deployment().with_finalizer().serving(1).where([](api::Deployment& it) {
    it.status.conditions = {{.type = "Reconciling", .status = api::ConditionStatus::True}};
  });
  EXPECT_TRUE(as<Resolve>(decide(object, looked(), kNow)));
}

TEST(Decide, ChangedReferenceIsReadAgain) {
  Observation seen = wanting("1");
  seen.references_changed = true;
  EXPECT_TRUE(as<Resolve>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
}

TEST(Decide, RequestedReconcileResolvesOnce) {
  Observation seen = wanting("1");
  seen.requests.reconcile = api::Asked{"now", true};
  EXPECT_TRUE(as<Resolve>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
  seen.desired->reconcile_token = "now";
  EXPECT_TRUE(as<CheckHealth>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
}

TEST(Decide, MissingReferenceWaitsAndIsLookedForAgain) {  // fault I13
  Observation seen = wanting("1");
  seen.desired->error = fail(ErrorKind::DependencyNotReady, "secret db does not exist");
  seen.desired->failures = 1;
  const api::Deployment object = a_deployment().with_finalizer();
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Waiting);
  EXPECT_EQ(as<Settle>(decision)->rest.reason, reasons::kDependencyNotReady);
  EXPECT_TRUE(as<Resolve>(decide(object, seen, kNow + std::chrono::seconds(30))));
}

// 7

TEST(Decide, SuspendedRestsWithoutAnAlarm) {
  const api::Deployment object =
      a_deployment().with_finalizer().where([](api::Deployment& it) { it.spec.suspend = true; });
  const Decision decision = decide(object, wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Suspended);
  EXPECT_FALSE(as<Settle>(decision)->until);
}

TEST(Decide, ForcePassesSuspension) {
  Observation seen = wanting("1");
  seen.requests.force = api::Asked{"now", true};
  const api::Deployment object =
      a_deployment().with_finalizer().where([](api::Deployment& it) { it.spec.suspend = true; });
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_TRUE(as<Begin>(decision)->forced);
}

// 8

TEST(Decide, FailedReleaseIsRolledBackToTheLastGoodOne) {  // fault H1
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").after(
      OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow);
  const Decision decision = decide(object, wanting("2"), kNow);
  ASSERT_TRUE(as<RollBack>(decision));
  EXPECT_EQ(as<RollBack>(decision)->target.revision, 1);
}

TEST(Decide, RollbackIsDueAlsoRightAfterARestart) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kHealthCheckFailed, kNow)
          .where([](api::Deployment& it) { it.status.revision = 0; });
  EXPECT_TRUE(as<RollBack>(decide(object, looked(), kNow)));
}

TEST(Decide, FailureBeforeTheFirstEffectIsRetriedForEver) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 0, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .where([](api::Deployment& it) { it.status.history.front().attempts = 1000; });
  const Decision now = decide(object, wanting("2"), kNow);
  ASSERT_TRUE(as<Settle>(now));
  EXPECT_EQ(as<Settle>(now)->rest.kind, Rest::Kind::Waiting);
  Observation later = wanting("2");
  later.desired->at = kNow + object.spec.retry.max_interval;
  EXPECT_TRUE(as<Begin>(decide(object, later, kNow + object.spec.retry.max_interval)));
}

TEST(Decide, FailureOfTheSurroundingsIsNeverRolledBack) {
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").after(
      OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kExecutorUnavailable, kNow);
  EXPECT_TRUE(as<Settle>(decide(object, wanting("2"), kNow)));
}

TEST(Decide, FailedPreDeployHookIsNotRolledBack) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .where([](api::Deployment& it) { it.status.history.front().restorable = api::Restorable::No; });
  const Decision decision = decide(object, wanting("2"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Waiting);
}

TEST(Decide, RetriesAreExhausted) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .after(OperationKind::Deploy, 4, "1", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .where([](api::Deployment& it) { it.status.history.front().attempts = it.spec.retry.limit + 1; });
  const Decision decision = decide(object, wanting("1"), kNow + std::chrono::seconds(1));
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kRetriesExhausted);
  EXPECT_EQ(as<Settle>(decision)->rest.reason, reasons::kStepFailed);
}

TEST(Decide, ManualRollbackOnlyWhenNotAutomatic) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .where([](api::Deployment& it) { it.spec.rollback.automatic = false; });
  EXPECT_FALSE(as<RollBack>(decide(object, wanting("2"), kNow)));
}

TEST(Decide, FailedRollbackIsTheEnd) {  // fault H2
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .quarantined("2", reasons::kStepFailed)
          .after(OperationKind::Rollback, 3, "1", HistoryResult::Failed, reasons::kStepFailed, kNow);
  Observation later = wanting("2");
  later.desired->at = kNow + std::chrono::hours(1);
  later.checked_at = kNow + std::chrono::hours(1);
  const Decision decision = decide(object, later, kNow + std::chrono::hours(1));
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kRollbackFailed);
}

TEST(Decide, FailedRollbacksAreCountedWhateverStandsBetween) {  // fault H2
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .quarantined("2", reasons::kStepFailed)
          .after(OperationKind::Rollback, 3, "1", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .after(OperationKind::Rollback, 4, "1", HistoryResult::Failed, reasons::kExecutorUnavailable, kNow)
          .after(OperationKind::Rollback, 5, "1", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .where([](api::Deployment& it) { it.spec.rollback.max_attempts = 2; });
  Observation later = wanting("2");
  later.desired->at = kNow + std::chrono::hours(1);
  later.checked_at = kNow + std::chrono::hours(1);
  const Decision decision = decide(object, later, kNow + std::chrono::hours(1));
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kRollbackFailed);
}

TEST(Decide, InterruptedRollbackGoesOnBackwards) {  // fault R3
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
          .quarantined("2", reasons::kStepFailed)
          .after(OperationKind::Rollback, 3, "1", HistoryResult::Interrupted, reasons::kCancelled, kNow);
  EXPECT_TRUE(as<RollBack>(decide(object, wanting("2"), kNow)));
}

TEST(Decide, DeniedAccessIsTriedAgainEachInterval) {
  const api::Deployment object = a_deployment().with_finalizer().after(
      OperationKind::Deploy, 0, "1", HistoryResult::Failed, reasons::kAccessDenied, kNow);
  const Decision decision = decide(object, wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Stalled);
  Observation later = wanting("1");
  later.desired->at = kNow + object.spec.interval;
  EXPECT_TRUE(as<Begin>(decide(object, later, kNow + object.spec.interval)));
}

TEST(Decide, WhatTheToolFoundInvalidWaitsForAChange) {
  const api::Deployment object = a_deployment().with_finalizer().after(
      OperationKind::Deploy, 0, "1", HistoryResult::Failed, reasons::kInvalidSpec, kNow);
  Observation later = wanting("1");
  later.desired->at = kNow + std::chrono::hours(9);
  const Decision decision = decide(object, later, kNow + std::chrono::hours(9));
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kInvalidSpec);
}

// 9

TEST(Decide, WhatServesIsNotDeployedAgain) {
  const Decision decision = decide(a_deployment().with_finalizer().serving(1), wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, converged());
}

TEST(Decide, GoingBackToWhatServesClearsAFailure) {
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").quarantined("2", reasons::kStepFailed);
  const Decision decision = decide(object, wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, converged());
}

TEST(Decide, WhatWasRefusedBeforeTheSpecWentBackIsNotAskedForAfterARestart) {
  const api::Deployment refused = a_deployment().with_finalizer().at_generation(3).serving(1, "1").after(
      OperationKind::Deploy, 0, "2", HistoryResult::Failed, reasons::kInvalidSpec);
  const Decision decision = decide(refused, looked(), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, Rest{}) << as<Settle>(decision)->rest.message;
}

TEST(Decide, WhatWasRefusedIsStillAskedForAfterARestartWhileItStalls) {
  const api::Deployment refused =
      a_deployment()
          .with_finalizer()
          .at_generation(2)
          .serving(1, "1")
          .after(OperationKind::Deploy, 0, "2", HistoryResult::Failed, reasons::kInvalidSpec)
          .where([](api::Deployment& object) {
            api::set_condition(object.status.conditions, {.type = std::string(api::conditions::kStalled),
                                                          .status = api::ConditionStatus::True,
                                                          .reason = std::string(reasons::kInvalidSpec)});
          });
  const Decision decision = decide(refused, looked(), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kInvalidSpec);
}

TEST(Decide, ForceDeploysWhatServesAlready) {
  Observation seen = wanting("1");
  seen.requests.force = api::Asked{"now", true};
  EXPECT_TRUE(as<Begin>(decide(a_deployment().with_finalizer().serving(1), seen, kNow)));
}

// 10

TEST(Decide, UndecodableSpecStalls) {  // fault I10
  const api::Deployment object = a_deployment().with_finalizer().where(
      [](api::Deployment& it) { it.undecodable = fail(ErrorKind::Invalid, "spec.type: missing"); });
  const Decision decision = decide(object, looked(), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, stalled(reasons::kInvalidSpec, "spec.type: missing"));
}

TEST(Decide, InvalidInputsStall) {  // fault I14
  Observation seen = wanting("1");
  seen.desired->error = fail(ErrorKind::Invalid, "spec.interval: 1ms: at least 60s");
  const Decision decision = decide(a_deployment().with_finalizer(), seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, stalled(reasons::kInvalidSpec, "spec.interval: 1ms: at least 60s"));
}

TEST(Decide, QuarantinedDigestIsNotBegun) {
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").quarantined("2", reasons::kStepFailed);
  const Decision decision = decide(object, wanting("2"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.stalled_reason, reasons::kQuarantined);
}

TEST(Decide, ForceLiftsTheQuarantine) {
  Observation seen = wanting("2");
  seen.requests.force = api::Asked{"now", true};
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1").quarantined("2", reasons::kStepFailed);
  EXPECT_TRUE(as<Begin>(decide(object, seen, kNow)));
}

TEST(Decide, MovedTargetIsNotBegun) {
  Observation seen = wanting("2");
  seen.desired->target_move = "target moves from X to Y: set it back, or force-at to destroy at X and deploy at Y";
  const Decision decision = decide(a_deployment().with_finalizer().serving(1, "1"), seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, stalled(reasons::kInvalidSpec, *seen.desired->target_move));
  seen.requests.force = api::Asked{"now", true};
  const Decision forced = decide(a_deployment().with_finalizer().serving(1, "1"), seen, kNow);
  ASSERT_TRUE(as<Begin>(forced));
  EXPECT_TRUE(as<Begin>(forced)->moves);
}

TEST(Decide, CancelledDigestStaysStalled) {
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .after(OperationKind::Deploy, 1, "1", HistoryResult::Cancelled, reasons::kCancelled, kNow)
          .quarantined("1", reasons::kCancelled);
  const Decision decision = decide(object, wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest, recalled(stalled(reasons::kCancelled, "said the tool")));
}

// 11, 12

TEST(Decide, NewDigestBegins) {
  const Decision decision = decide(a_deployment().with_finalizer().serving(1, "1"), wanting("2"), kNow);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_EQ(*as<Begin>(decision), (Begin{.trigger = "Spec", .attempt = 1}));
}

TEST(Decide, BeginWaitsForASlot) {
  Observation seen = wanting("2");
  seen.slot_free = false;
  EXPECT_TRUE(as<Wait>(decide(a_deployment().with_finalizer().serving(1, "1"), seen, kNow)));
}

TEST(Decide, WhoWaitsForASlotSaysHowUrgentItIs) {
  const auto urgency = [](const api::Deployment& object, Observation seen) {
    seen.slot_free = false;
    const Decision decision = decide(object, seen, kNow);
    return as<Wait>(decision) ? as<Wait>(decision)->slot : std::nullopt;
  };
  const api::Deployment object = a_deployment().with_finalizer().serving(1, "1");
  Observation seen = wanting("2");
  EXPECT_EQ(urgency(object, seen), Urgency::Person);
  seen.desired->trigger = "Source";
  EXPECT_EQ(urgency(object, seen), Urgency::Resync);
  seen.requests.force = api::Asked{"now", true};
  EXPECT_EQ(urgency(object, seen), Urgency::Person);
  const api::Deployment failed = a_deployment().with_finalizer().after(
      OperationKind::Deploy, 1, "1", HistoryResult::Failed, reasons::kStateLocked, kNow - std::chrono::hours(1));
  EXPECT_EQ(urgency(failed, wanting("1")), Urgency::Retry);
}

TEST(Decide, SupersededReleaseIsNotTakenForWhatServes) {  // fault R6
  const api::Deployment object =
      a_deployment()
          .with_finalizer()
          .serving(1, "1")
          .after(OperationKind::Deploy, 2, "2", HistoryResult::Superseded, reasons::kCancelled, kNow)
          .where([](api::Deployment& it) { it.status.revision = 0; });
  EXPECT_TRUE(as<Begin>(decide(object, wanting("1"), kNow)));
}

// 13

TEST(Decide, WhatServesIsLookedAtEachInterval) {
  Observation seen = wanting("1");
  seen.desired->at = kNow + std::chrono::hours(1);
  const api::Deployment object = a_deployment().with_finalizer().serving(1);
  EXPECT_TRUE(as<CheckHealth>(decide(object, seen, kNow + object.spec.interval)));
  EXPECT_FALSE(as<CheckHealth>(decide(object, seen, kNow + object.spec.interval / 2)));
}

TEST(Decide, WhatServesIsLookedAtAlsoWhileTheSpecIsInvalid) {
  Observation seen = wanting("2");
  seen.desired->at = kNow + std::chrono::hours(1);
  seen.desired->error = fail(ErrorKind::Invalid, "spec.docker.image: empty");
  const api::Deployment object = a_deployment().with_finalizer().serving(1);
  EXPECT_TRUE(as<CheckHealth>(decide(object, seen, kNow + std::chrono::hours(1))));
}

TEST(Decide, NothingServingIsNotLookedAt) {
  Observation seen = wanting("1");
  seen.desired->error = fail(ErrorKind::Invalid, "spec.docker.image: empty");
  seen.desired->at = kNow + std::chrono::hours(1);
  EXPECT_TRUE(as<Settle>(decide(a_deployment().with_finalizer(), seen, kNow + std::chrono::hours(1))));
}

TEST(Decide, OnlySuspensionRestsWithoutATime) {
  const Decision decision = decide(a_deployment().with_finalizer().serving(1), wanting("1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_GT(*as<Settle>(decision)->until, kNow);
}

}  // namespace
}  // namespace deployctl::engine
