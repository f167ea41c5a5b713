// A tool's lock that somebody else holds, and one that a dead attempt of ours left.

#include <gtest/gtest.h>

#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using support::EngineBed;

const process::Exit kLocked{process::Exit::Kind::Exited, 4, {}};

struct Serving : EngineBed {
  Serving() {
    deploy("1");
    work();
  }
};

TEST(Lock, HeldBySomebodyElseIsWaitedForAndNeverCounts) {  // fault T1
  Serving bed;
  bed.world.ends["prepare"] = kLocked;
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "StateLocked");
  EXPECT_EQ(bed.reason("StateLocked"), "LockHeld");
  EXPECT_NE(bed.message("StateLocked").find("ann@laptop since 2026-01-01"), std::string::npos);
  EXPECT_EQ(bed.reason("Reconciling"), "ProgressingWithRetry");
  bed.pass(std::chrono::hours(3), std::chrono::minutes(1));
  EXPECT_EQ(bed.ready(), "StateLocked");
  EXPECT_FALSE(bed.stalled()) << "however often it was tried";
  EXPECT_TRUE(bed.status().quarantined.empty());
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_LE(bed.world.count("prepare web 2"), 30U) << "with back-off";
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(12), std::chrono::minutes(1));
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.reason("StateLocked"), "");
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Lock, WhileItIsHeldOnlyTheEntryOfTheAttemptChanges) {  // fault T1
  Serving bed;
  bed.world.ends["prepare"] = kLocked;
  bed.deploy("2");
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.status().history.size(), 2U);
  EXPECT_GT(bed.status().history.front().attempts, 3);
}

TEST(Lock, TakenBetweenPlanAndApplyLeavesWhatServes) {  // fault T1
  Serving bed;
  bed.world.ends["stop"] = kLocked;
  bed.deploy("2");
  bed.work();
  EXPECT_EQ(bed.ready(), "StateLocked");
  EXPECT_EQ(bed.status().revision, 1) << "nothing was changed";
  EXPECT_EQ(bed.world.count("start web 1"), 1U) << "nothing is rolled back";
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Lock, HeldAtTheNewTargetAfterTheOldOneWasEmptiedLeavesNothingThatServes) {  // fault T1
  Serving bed;
  bed.executor->host = "other";
  bed.world.ends["stop"] = kLocked;
  bed.deploy("2");
  bed.annotate(api::annotations::kForceAt, "move");
  bed.work();
  EXPECT_EQ(bed.ready(), "StateLocked");
  EXPECT_EQ(bed.world.count("destroy web 1"), 1U);
  EXPECT_EQ(bed.runs(), "");
  EXPECT_EQ(bed.status().revision, 0) << "what served at the former target is gone";
}

TEST(Lock, RollbackWaitsForItAndIsNotGivenUp) {  // fault T1
  Serving bed;
  bed.world.sick = {"2"};
  bed.world.ends["prepare 1"] = kLocked;
  bed.deploy("2");
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.ready(), "StateLocked");
  EXPECT_FALSE(bed.stalled());
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(12), std::chrono::minutes(1));
  EXPECT_EQ(bed.ready(), "RolledBack");
  EXPECT_EQ(bed.runs(), "1");
}

TEST(Lock, DestroyWaitsForItAndSaysWhoHoldsIt) {  // fault T14
  Serving bed;
  bed.world.ends["destroy"] = kLocked;
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_EQ(bed.ready(), "DestroyFailed");
  EXPECT_EQ(bed.reason("StateLocked"), "LockHeld");
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(2));
  EXPECT_FALSE(bed.repository.has(bed.key));
}

TEST(Lock, GoingBackToWhatServesNeedsNoLock) {
  Serving bed;
  bed.world.ends["prepare"] = kLocked;
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.reason("StateLocked"), "LockHeld");
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.reason("StateLocked"), "");
}

/// Dies in the middle of what changes things.
void die_in_start(EngineBed& bed) {
  bed.world.hanging = {"start"};
  bed.deploy("2");
  bed.work();
  bed.world.hanging.clear();
  bed.crash();
}

TEST(Lock, WhoRunsAfterADeadAttemptIsToldOfIt) {  // fault T2
  Serving bed;
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  die_in_start(bed);
  const api::Operation open = bed.status().operation.value();
  bed.work();
  ASSERT_TRUE(bed.executor->deployed.back().dead_attempt);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->journal.id, open.id);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->journal.holder.identity, "process-1");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Lock, NobodyIsToldOfAnAttemptThatMayLive) {  // fault T2
  Serving bed;
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  const std::size_t before = bed.executor->deployed.size() + 1;
  die_in_start(bed);
  bed.dead.clear();
  bed.pass(std::chrono::minutes(5), std::chrono::seconds(30));
  EXPECT_EQ(bed.executor->deployed.size(), before) << "nothing runs";
}

TEST(Lock, WhatBeganSinceThisProcessStartedIsNotOfTheDeadAttempt) {  // fault T2
  Serving bed;
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  die_in_start(bed);
  const WallTime started = bed.clock.wall();
  bed.survivors[bed.status().operation->id] = "process 7 (fake) of it still lives";  // it is long before it may go on
  bed.pass(std::chrono::minutes(10), std::chrono::seconds(30));
  bed.survivors.clear();
  bed.pass(std::chrono::seconds(30));
  ASSERT_TRUE(bed.executor->deployed.back().dead_attempt);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->by, started);
}

TEST(Lock, OtherRulesAreNotToldOfTheDeadAttempt) {
  Serving bed;
  die_in_start(bed);
  bed.work();
  EXPECT_FALSE(bed.executor->deployed.back().dead_attempt);
}

TEST(Lock, DeadAttemptIsToldUntilSomethingSucceeded) {  // fault T2
  Serving bed;
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  die_in_start(bed);
  bed.world.ends["prepare"] = kLocked;
  bed.work();
  ASSERT_EQ(bed.ready(), "StateLocked");
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(2));
  ASSERT_EQ(bed.ready(), "Succeeded");
  EXPECT_TRUE(bed.executor->deployed.back().dead_attempt);
  bed.deploy("3");
  bed.work();
  EXPECT_FALSE(bed.executor->deployed.back().dead_attempt);
}

TEST(Lock, WhenItWasProvenDeadCountsAndNotWhenTheNextBegins) {  // fault T2
  EngineBed bed(1);
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  bed.deploy("1");
  bed.work();
  die_in_start(bed);
  const ObjectKey other{"a", "first"};
  bed.world.hanging = {"prepare"};
  bed.repository.put(
      support::a_deployment().named(other.name).where([&](api::Deployment& object) { object.meta.key = other; }));
  const WallTime proven = bed.clock.wall();
  bed.pass(std::chrono::minutes(3));
  ASSERT_EQ(bed.world.hang_count, 1U) << "it waits for the slot";
  bed.world.hanging.clear();
  bed.repository.erase(other);
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  ASSERT_TRUE(bed.executor->deployed.back().dead_attempt);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->by, proven);
}

TEST(Lock, DestroyAfterADeadAttemptIsToldOfIt) {  // fault T2
  Serving bed;
  bed.executor->recovery = executors::Recovery::UnlockThenRerun;
  die_in_start(bed);
  bed.repository.request_deletion(bed.key);
  bed.work();
  ASSERT_FALSE(bed.executor->destroyed.empty());
  ASSERT_TRUE(bed.executor->destroyed.back().dead_attempt);
  EXPECT_EQ(bed.executor->destroyed.back().dead_attempt->journal.holder.identity, "process-1");
}

TEST(Lock, RollbackKnowsWhatTheFailedReleaseRemembered) {
  Serving bed;
  bed.executor->plans = true;
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.ready(), "RolledBack");
  EXPECT_EQ(bed.executor->deployed.back().abandoned_pins.value("creates", ""), "thing.web");
}

TEST(Lock, RollbackOfWhatSucceededIsToldOfNothingThatAFailureCreated) {
  Serving bed;
  bed.executor->plans = true;
  bed.deploy("2");
  bed.work();
  ASSERT_EQ(bed.status().history.front().result, HistoryResult::Succeeded);
  bed.annotate(api::annotations::kRollbackTo, "previous/x");
  bed.work();
  ASSERT_EQ(bed.runs(), "1");
  EXPECT_TRUE(bed.executor->deployed.back().abandoned_pins.empty());
}

TEST(Lock, RollbackTriedAgainKnowsWhatTheFailedOneRemembered) {
  Serving bed;
  bed.executor->plans = true;
  bed.deploy("2");
  bed.work();
  bed.world.ends["start 1"] = {process::Exit::Kind::Exited, 1, {}};
  bed.annotate(api::annotations::kRollbackTo, "previous/x");
  bed.work();
  ASSERT_EQ(bed.status().history.front().result, HistoryResult::Failed) << bed.message("Ready");
  bed.world.ends.clear();
  bed.annotate(api::annotations::kRollbackTo, "1/y");
  bed.pass(std::chrono::minutes(2));
  ASSERT_EQ(bed.runs(), "1") << bed.message("Ready");
  EXPECT_EQ(bed.executor->deployed.back().abandoned_pins.value("creates", ""), "thing.web");
}

TEST(Lock, RollbackTakenOverGoesOnWithItsOwnAccount) {
  Serving bed;
  bed.executor->plans = true;
  bed.deploy("2");
  bed.work();
  bed.world.hanging = {"start"};
  bed.annotate(api::annotations::kRollbackTo, "previous/x");
  bed.work();
  ASSERT_TRUE(bed.status().operation);
  bed.world.hanging.clear();
  bed.crash();
  bed.work();
  ASSERT_EQ(bed.runs(), "1") << bed.message("Ready");
  EXPECT_EQ(bed.executor->deployed.back().abandoned_pins.value("creates", ""), "thing.web");
}

}  // namespace
}  // namespace deployctl::engine
