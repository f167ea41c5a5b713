#include "engine/operation.hpp"

#include <gtest/gtest.h>

#include <deque>

namespace deployctl::engine {
namespace {

using executors::Effect;
using executors::Step;
using executors::StepResult;

StepResult ended(int code) { return {.process = {.exit = {process::Exit::Kind::Exited, code, {}}}, .http = {}}; }
StepResult cancelled() { return {.process = {.exit = {process::Exit::Kind::Cancelled, 0, {}}}, .http = {}}; }
Step step(const std::string& name, Effect effect = Effect::Repeatable, bool cleanup = false) {
  return {.name = name, .work = process::Command{.argv = {name}}, .effect = effect, .cleanup = cleanup};
}

/// Answers in a row; after a failed or cancelled step, `tidy` if there is one, then Failed.
class Scripted final : public executors::Procedure {
 public:
  explicit Scripted(std::deque<executors::Next> answers, std::optional<Step> tidy = {})
      : answers_(std::move(answers)), tidy_(std::move(tidy)) {}
  executors::Next next(const StepResult* previous) override {
    if (previous != nullptr && !previous->ok() && !failed_) {
      failed_ = true;
      if (tidy_) return *tidy_;
    }
    if (failed_) return executors::Failed{fail(ErrorKind::StepFailed, "said no")};
    executors::Next next = answers_.front();
    answers_.pop_front();
    return next;
  }
  [[nodiscard]] executors::Remembered remembered() const override { return {}; }

 private:
  std::deque<executors::Next> answers_;
  std::optional<Step> tidy_;
  bool failed_ = false;
};

std::unique_ptr<executors::Procedure> scripted(std::deque<executors::Next> answers, std::optional<Step> tidy = {}) {
  return std::make_unique<Scripted>(std::move(answers), std::move(tidy));
}
OperationPlan plan_of(std::deque<executors::Next> answers, std::optional<Step> tidy = {}) {
  OperationPlan plan;
  plan.main = scripted(std::move(answers), std::move(tidy));
  return plan;
}
PreparedHook hook(const std::string& name, bool ignore = false) {
  return {.name = name,
          .step = step(std::string(kPreHookStep), Effect::Once),
          .expected_status = {},
          .ignore_failure = ignore};
}

/// Runs it to its end; every step succeeds unless `fails` names it. What happened, in order.
std::vector<std::string> story(Operation& operation, const std::string& fails = {},
                               std::optional<Ended>* end = nullptr) {
  std::vector<std::string> told;
  std::optional<Finished> finished;
  for (int turns = 0; turns < 100; ++turns) {
    Action action = operation.next(finished ? &*finished : nullptr);
    finished.reset();
    if (auto* run = std::get_if<RunStep>(&action)) {
      told.push_back(run->step.name);
      finished = ended(run->step.name == fails ? 1 : 0);
    } else if (auto* checks = std::get_if<RunChecks>(&action)) {
      const std::string name = checks->pre ? "health.pre" : "health.post";
      told.push_back(name);
      finished = ChecksFinished{.passed = name != fails, .message = "check api: status 503", .checks = {}};
    } else if (auto* sleep = std::get_if<Sleep>(&action)) {
      told.push_back("sleep " + std::to_string(sleep->length.count()));
      finished = Slept{};
    } else if (auto* journal = std::get_if<WriteJournal>(&action)) {
      told.push_back("journal " + journal->step + (journal->once ? " once" : ""));
    } else {
      const Ended& last = std::get<Ended>(action);
      told.push_back(last.error ? std::string(to_string(last.error->kind)) : "done");
      if (end != nullptr) *end = last;
      return told;
    }
  }
  return told;
}
using Story = std::vector<std::string>;

TEST(Operation, JournalComesBeforeTheFirstEffect) {
  Operation operation(plan_of({step("pull", Effect::None), step("create"), executors::Done{}}));
  EXPECT_EQ(story(operation), (Story{"pull", "journal create", "create", "done"}));
}

TEST(Operation, JournalSaysWhenTheFirstStepMayNotRepeat) {
  Operation operation(plan_of({step("apply", Effect::Once), executors::Done{}}));
  EXPECT_EQ(story(operation), (Story{"journal apply once", "apply", "done"}));
}

TEST(Operation, PlanThatNeedsApprovalEndsItBeforeTheJournal) {
  Operation operation(plan_of({step("plan", Effect::None), executors::NeedsApproval{{.digest = "d"}}}));
  std::optional<Ended> end;
  EXPECT_EQ(story(operation, {}, &end), (Story{"plan", "done"}));
  ASSERT_TRUE(end->plan);
  EXPECT_EQ(end->plan->digest, "d");
  EXPECT_FALSE(end->release_ran);
}

TEST(Operation, QuestionOfTheEngineIsAskedAfterTheStepsWithoutEffect) {
  OperationPlan plan = plan_of({step("pull", Effect::None), step("create"), executors::Done{}});
  plan.before = {hook("migrate")};
  plan.ask = executors::Plan{.digest = "d"};
  Operation operation(std::move(plan));
  std::optional<Ended> end;
  EXPECT_EQ(story(operation, {}, &end), (Story{"pull", "done"}));
  EXPECT_TRUE(end->plan);
}

TEST(Operation, ApprovedPlanThatIsOutOfDateAsksAgainAndHasRunNothing) {  // fault T9
  Operation operation(plan_of({step("apply", Effect::Once), executors::NeedsApproval{{.digest = "d"}}}));
  std::optional<Ended> end;
  EXPECT_EQ(story(operation, {}, &end), (Story{"journal apply once", "apply", "done"}));
  EXPECT_TRUE(end->plan);
  EXPECT_FALSE(end->error);
  EXPECT_FALSE(end->release_ran);
}

TEST(Operation, PlanAskedForAfterTheOldTargetWasEmptiedSaysSo) {  // fault T9
  OperationPlan plan = plan_of({step("apply", Effect::Once), executors::NeedsApproval{{.digest = "d"}}});
  plan.remove_old = [] { return scripted({step("destroy-old"), executors::Done{}}); };
  Operation operation(std::move(plan));
  std::optional<Ended> end;
  story(operation, {}, &end);
  EXPECT_TRUE(end->plan);
  EXPECT_TRUE(end->release_ran);
  EXPECT_EQ(end->message, "what stood at the former target is removed already");
}

TEST(Operation, StoppedOperationAsksNobody) {
  Operation operation(plan_of({step("plan", Effect::None), executors::NeedsApproval{{.digest = "d"}}}));
  operation.next(nullptr);
  operation.stop(fail(ErrorKind::Cancelled, "superseded"));
  const Finished finished = ended(0);
  const Action action = operation.next(&finished);
  ASSERT_TRUE(std::holds_alternative<Ended>(action));
  EXPECT_FALSE(std::get<Ended>(action).plan);
  EXPECT_TRUE(std::get<Ended>(action).error);
}

TEST(Operation, HooksRunAroundTheGate) {
  OperationPlan plan = plan_of({step("pull", Effect::None), step("create"), executors::Done{}});
  plan.before = {hook("migrate")};
  plan.after = {{.name = "tell", .step = step(std::string(kPostHookStep), Effect::Once), .expected_status = {}}};
  plan.pre_checks = plan.post_checks = true;
  plan.verify = [] { return scripted({step("verify", Effect::None), executors::Done{}}); };
  plan.settle = [] { return scripted({step("settle"), executors::Done{}}); };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation), (Story{"health.pre", "pull", "journal pre-hook once", "pre-hook", "create", "verify",
                                     "health.post", "post-hook", "settle", "done"}));
}

TEST(Operation, FailedPreCheckTouchesNothing) {
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.pre_checks = true;
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "health.pre"), (Story{"health.pre", "HealthCheckFailed"}));
  EXPECT_FALSE(operation.release_ran());
}

TEST(Operation, FailedPreDeployHookRunsNothingOfTheRelease) {
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.before = {hook("migrate")};
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "pre-hook"), (Story{"journal pre-hook once", "pre-hook", "StepFailed"}));
  EXPECT_FALSE(operation.release_ran());
}

TEST(Operation, IgnoredHookFailureGoesOn) {
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.before = {hook("migrate", true)};
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "pre-hook").back(), "done");
}

TEST(Operation, FailedGateIsAFailureOfTheRelease) {
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.post_checks = true;
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "health.post"), (Story{"journal create", "create", "health.post", "HealthCheckFailed"}));
  EXPECT_TRUE(operation.release_ran());
}

TEST(Operation, FailedSettleDoesNotUndoWhatServes) {
  OperationPlan plan = plan_of({step("create"), executors::Done{"runs"}});
  plan.settle = [] { return scripted({step("settle"), executors::Done{}}); };
  Operation operation(std::move(plan));
  std::optional<Ended> end;
  EXPECT_EQ(story(operation, "settle", &end).back(), "done");
  EXPECT_NE(end->message.find("tidying up after it failed"), std::string::npos);
}

TEST(Operation, StableForPassesTheGateAgainAfterEachSlice) {
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.verify = [] { return scripted({step("verify", Effect::None), executors::Done{}}); };
  plan.stable_for = std::chrono::seconds(15);
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation),
            (Story{"journal create", "create", "verify", "sleep 10000", "verify", "sleep 5000", "verify", "done"}));
}

TEST(Operation, FirstFailureForGoodIsCleanedUp) {  // fault H3
  OperationPlan plan = plan_of({step("create"), executors::Done{}});
  plan.cleanup = [] { return scripted({step("remove"), executors::Done{}}); };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "create"), (Story{"journal create", "create", "remove", "StepFailed"}));
}

TEST(Operation, FailureBeforeTheFirstEffectHasNothingToCleanUp) {
  OperationPlan plan = plan_of({step("pull", Effect::None), step("create"), executors::Done{}});
  plan.cleanup = [] { return scripted({step("remove"), executors::Done{}}); };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "pull"), (Story{"pull", "StepFailed"}));
}

TEST(Operation, OldTargetIsEmptiedBeforeTheNewOneIsFilled) {
  OperationPlan plan = plan_of({step("pull", Effect::None), step("create"), executors::Done{}});
  plan.remove_old = [] { return scripted({step("destroy"), executors::Done{}}); };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation), (Story{"pull", "journal remove-old", "destroy", "create", "done"}));
}

TEST(Operation, OnlyCleanupStepsFollowAStop) {
  Operation operation(
      plan_of({step("create"), step("start"), executors::Done{}}, step("restore", Effect::Repeatable, true)));
  operation.next(nullptr);
  Action first = operation.next(nullptr);
  ASSERT_TRUE(std::holds_alternative<RunStep>(first));
  operation.stop(fail(ErrorKind::Cancelled, "cancelled by request"));
  const Finished stopped = cancelled();
  Action tidy = operation.next(&stopped);
  ASSERT_TRUE(std::holds_alternative<RunStep>(tidy));
  EXPECT_EQ(std::get<RunStep>(tidy).step.name, "restore");
  const Finished done = ended(0);
  Action last = operation.next(&done);
  ASSERT_TRUE(std::holds_alternative<Ended>(last));
  EXPECT_EQ(std::get<Ended>(last).error->message, "cancelled by request");
}

TEST(Operation, StopDuringAPauseReachesTheProcedure) {
  Operation operation(plan_of({step("create"), executors::Pause{std::chrono::seconds(2), "waits"},
                               step("poll", Effect::None), executors::Done{}},
                              step("restore", Effect::Repeatable, true)));
  operation.next(nullptr);
  operation.next(nullptr);
  const Finished created = ended(0);
  ASSERT_TRUE(std::holds_alternative<Sleep>(operation.next(&created)));
  operation.stop(fail(ErrorKind::Cancelled, "cancelled by request"));
  const Finished slept = Slept{};
  Action tidy = operation.next(&slept);
  ASSERT_TRUE(std::holds_alternative<RunStep>(tidy));
  EXPECT_EQ(std::get<RunStep>(tidy).step.name, "restore");
}

TEST(Operation, MayBeCancelledWhereNothingIsTouchedOrOnlyLookedAt) {
  OperationPlan plan = plan_of({step("pull", Effect::None), step("create"), executors::Done{}});
  plan.verify = [] { return scripted({step("verify", Effect::None), executors::Done{}}); };
  Operation operation(std::move(plan));
  const Finished fine = ended(0);
  operation.next(nullptr);
  EXPECT_TRUE(operation.is_interruptible());  // pull
  operation.next(&fine);
  operation.next(nullptr);
  EXPECT_FALSE(operation.is_interruptible());  // create
  operation.next(&fine);
  EXPECT_TRUE(operation.is_interruptible());  // verify
}

TEST(Operation, LooksFirstWhenItsRuleSaysSo) {
  OperationPlan plan = plan_of({step("apply", Effect::Once), executors::Done{}});
  plan.look_first = plan.resumed = true;
  plan.verify = [] { return scripted({step("verify", Effect::None), executors::Done{}}); };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation), (Story{"verify", "journal verify", "verify", "done"}));
}

TEST(Operation, RunsAgainWhenTheFirstLookSaysNo) {
  OperationPlan plan = plan_of({step("apply", Effect::Once), executors::Done{}});
  plan.look_first = plan.resumed = true;
  int looks = 0;
  plan.verify = [&looks] {
    const std::string name = ++looks == 1 ? "first-look" : "verify";
    return scripted({step(name, Effect::None), executors::Done{}});
  };
  Operation operation(std::move(plan));
  EXPECT_EQ(story(operation, "first-look"), (Story{"first-look", "journal apply once", "apply", "verify", "done"}));
}

TEST(Operation, WhatAToolSaysOfItsSuccessIsPartOfTheEnd) {
  Operation operation(
      plan_of({step("play"), executors::Done{.message = "ran", .caveat = "not all is undone", .inventory = nullptr}}));
  std::optional<Ended> end;
  story(operation, {}, &end);
  EXPECT_EQ(end->message, "ran");
  EXPECT_EQ(end->caveat, "not all is undone");
}

TEST(Operation, ACleanUpThatChangedNothingDoesNotClaimToHaveRemovedSomething) {
  OperationPlan plan = plan_of({step("play")});
  plan.cleanup = [] {
    return scripted(
        {executors::Done{.message = "", .caveat = "nothing was changed on the hosts", .inventory = nullptr}});
  };
  Operation operation(std::move(plan));
  std::optional<Ended> end;
  story(operation, "play", &end);
  EXPECT_EQ(end->error->message, "said no; nothing was changed on the hosts");
}

}  // namespace
}  // namespace deployctl::engine
