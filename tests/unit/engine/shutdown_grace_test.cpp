// The time that steps have to end when the controller is stopped, and steps that had to be killed.

#include <gtest/gtest.h>

#include "api/constants.hpp"
#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using executors::Recovery;
using support::EngineBed;

/// Version 1 serves, and version 2 stands in its step `verb`.
struct InStep : EngineBed {
  explicit InStep(const std::string& verb) {
    executor->recovery = Recovery::UnlockThenRerun;
    deploy("1");
    work();
    world.hanging = {verb};
    deploy("2");
    work();
  }
};

TEST(ShutdownGrace, StepThatChangesSomethingMayFinish) {  // fault T4
  InStep bed("start");
  bed.ask_to_stop();
  EXPECT_EQ(bed.world.hang_count, 1U) << "nobody tells it to stop";
  EXPECT_FALSE(bed.has_stopped());
  bed.world.release();
  bed.restart();
  EXPECT_EQ(bed.runs(), "2") << "it has come to its end";
  EXPECT_EQ(bed.status().history.front().result, HistoryResult::Interrupted);
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.status().operation);
}

TEST(ShutdownGrace, StepThatStillRunsAfterTheGraceIsToldToStop) {  // fault T4
  InStep bed("start");
  bed.ask_to_stop();
  bed.clock.advance(Options{}.shutdown_grace - std::chrono::seconds(1));
  bed.loop.poll();
  EXPECT_EQ(bed.world.hang_count, 1U);
  bed.world.hanging.clear();
  bed.restart();
  EXPECT_EQ(bed.world.hang_count, 0U);
  EXPECT_EQ(bed.status().history.front().result, HistoryResult::Interrupted);
}

TEST(ShutdownGrace, WhatChangesNothingIsStoppedAtOnce) {
  for (const char* verb : {"prepare", "verify"}) {
    InStep bed(verb);
    ASSERT_EQ(bed.world.hang_count, 1U) << verb;
    bed.ask_to_stop();
    EXPECT_EQ(bed.world.hang_count, 0U) << verb;
    EXPECT_TRUE(bed.has_stopped()) << verb;
  }
}

TEST(ShutdownGrace, StepThatHadToBeKilledIsRecoveredByTheRuleOfItsExecutor) {  // fault T3
  InStep bed("start");
  bed.world.stubborn = {"start"};
  const api::Operation open = bed.status().operation.value();
  bed.world.hanging.clear();
  bed.restart();
  ASSERT_TRUE(bed.status().operation) << "the journal stays open";
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  ASSERT_TRUE(bed.executor->deployed.back().dead_attempt);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->journal.id, open.id);
}

TEST(Killed, StepSaysSoAndIsADeadAttemptToWhatRunsNext) {  // fault T2, T13
  InStep bed("start");
  bed.world.stubborn = {"start"};
  const api::Operation open = bed.status().operation.value();
  const WallTime began = bed.clock.wall();
  bed.pass(std::chrono::minutes(1));
  bed.world.hanging.clear();
  bed.annotate(api::annotations::kCancel, open.id);
  bed.work();
  ASSERT_EQ(bed.ready(), "Cancelled");
  EXPECT_NE(bed.message("Ready").find("step start did not stop when told to and was killed"), std::string::npos)
      << bed.message("Ready");
  const WallTime killed = bed.clock.wall();
  bed.pass(std::chrono::minutes(1));
  bed.deploy("3");
  bed.work();
  ASSERT_EQ(bed.ready(), "Succeeded");
  ASSERT_TRUE(bed.executor->deployed.back().dead_attempt);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->journal.id, open.id);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->journal.started_at, began);
  EXPECT_EQ(bed.executor->deployed.back().dead_attempt->by, killed);
  bed.deploy("4");
  bed.work();
  EXPECT_FALSE(bed.executor->deployed.back().dead_attempt);
}

TEST(Killed, DestroyAfterItIsToldOfIt) {  // fault T2
  InStep bed("start");
  bed.world.stubborn = {"start"};
  bed.world.hanging.clear();
  bed.repository.request_deletion(bed.key);
  bed.work();
  ASSERT_FALSE(bed.executor->destroyed.empty());
  EXPECT_TRUE(bed.executor->destroyed.back().dead_attempt);
}

TEST(Killed, StepThatStoppedWhenToldToIsNoDeadAttempt) {
  InStep bed("start");
  const api::Operation open = bed.status().operation.value();
  bed.world.hanging.clear();
  bed.annotate(api::annotations::kCancel, open.id);
  bed.work();
  ASSERT_EQ(bed.ready(), "Cancelled");
  EXPECT_EQ(bed.message("Ready").find("killed"), std::string::npos);
  bed.deploy("3");
  bed.work();
  EXPECT_FALSE(bed.executor->deployed.back().dead_attempt);
}

}  // namespace
}  // namespace deployctl::engine
