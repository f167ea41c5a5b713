// The process dies after the k-th thing it did to the outside, for every k; another one starts and ends where an
// undisturbed run ends.

#include <gtest/gtest.h>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::EngineBed;

/// What must be the same at the end, however often it died on the way.
struct End {
  std::string runs, ready, stalled, serving;
  bool open = false;
  bool operator==(const End&) const = default;
};

End end_of(EngineBed& bed) {
  bed.pass(std::chrono::minutes(2));
  std::string serving;
  for (const auto& entry : bed.status().history)
    if (entry.revision == bed.status().revision) serving = entry.version;
  return {bed.runs(), bed.ready(), bed.reason("Stalled"), serving, bed.status().operation.has_value()};
}

using Story = void (*)(EngineBed&);

void first_deployment(EngineBed& bed) {
  bed.deploy("1");
  bed.work();
}
void upgrade(EngineBed& bed) {
  bed.deploy("2");
  bed.work();
}
void bad_upgrade(EngineBed& bed) {
  bed.world.sick = {"2"};
  bed.deploy("2");
  bed.work();
}

/// Dies after each action of `story` in turn. Every end must be the undisturbed one.
void expect_same_end_whenever_it_dies(Story before, Story story, std::size_t at_least) {
  EngineBed reference;
  if (before != nullptr) before(reference);
  const std::size_t first = reference.power.actions;
  story(reference);
  const std::size_t actions = reference.power.actions - first;
  ASSERT_GE(actions, at_least);
  const End expected = end_of(reference);
  for (std::size_t k = 1; k <= actions; ++k) {
    SCOPED_TRACE("dies after action " + std::to_string(k));
    EngineBed bed;
    if (before != nullptr) before(bed);
    bed.power.off_after = bed.power.actions + k;
    story(bed);
    bed.crash();
    const End end = end_of(bed);
    EXPECT_EQ(end.runs, expected.runs);
    EXPECT_EQ(end.ready, expected.ready) << bed.message("Ready");
    EXPECT_EQ(end.stalled, expected.stalled);
    EXPECT_EQ(end.serving, expected.serving);
    EXPECT_FALSE(end.open);
  }
}

TEST(Crash, FirstDeploymentEndsTheSameWheneverTheProcessDies) {  // fault R1
  expect_same_end_whenever_it_dies(nullptr, first_deployment, 7);
}

TEST(Crash, UpgradeEndsTheSameWheneverTheProcessDies) {  // fault R1
  expect_same_end_whenever_it_dies(first_deployment, upgrade, 6);
}

TEST(Crash, RollbackEndsTheSameWheneverTheProcessDies) {  // fault R1, fault R3
  expect_same_end_whenever_it_dies(first_deployment, bad_upgrade, 12);
}

/// Its plan is approved as soon as it waits.
void approved_upgrade(EngineBed& bed) {
  bed.edit([](api::DeploymentSpec& spec) {
    spec.approval.required = true;
    spec.version = "2";
  });
  bed.work();
  if (!bed.status().plan || bed.power.is_off()) return;
  bed.annotate(api::annotations::kApprove, bed.status().plan->id);
  bed.work();
}

TEST(Crash, WaitingForApprovalEndsTheSameWheneverTheProcessDies) {  // fault R1
  for (const bool plans : {false, true}) {
    EngineBed reference;
    first_deployment(reference);
    reference.executor->plans = plans;
    reference.world.plan = "plan bytes";
    const std::size_t first = reference.power.actions;
    approved_upgrade(reference);
    ASSERT_EQ(reference.runs(), "2");
    const std::size_t actions = reference.power.actions - first;
    ASSERT_GE(actions, 8U);
    for (std::size_t k = 1; k <= actions; ++k) {
      SCOPED_TRACE("dies after action " + std::to_string(k) + (plans ? ", the tool plans" : ""));
      EngineBed bed;
      first_deployment(bed);
      bed.executor->plans = plans;
      bed.world.plan = "plan bytes";
      bed.power.off_after = bed.power.actions + k;
      approved_upgrade(bed);
      bed.crash();
      bed.pass(std::chrono::minutes(2));
      if (bed.status().plan && bed.ready() == "AwaitingApproval") {
        EXPECT_EQ(bed.runs(), "1") << "nothing runs before it is approved";
        EXPECT_FALSE(bed.status().operation);
        bed.annotate(api::annotations::kApprove, bed.status().plan->id);
        bed.work();
      }
      EXPECT_EQ(bed.runs(), "2");
      EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
      EXPECT_FALSE(bed.status().plan);
      EXPECT_EQ(bed.reason("ApprovalPending"), "");
      EXPECT_FALSE(bed.status().operation);
    }
  }
}

TEST(Crash, OnceHookIsNeverRepeated) {  // fault R1
  const auto with_hook = [](EngineBed& bed) {
    bed.deploy("1");
    bed.edit([](api::DeploymentSpec& spec) {
      spec.hooks.pre_deploy = {{.name = "migrate", .command = {"fake", "migrate", "web", "1"}}};
    });
  };
  EngineBed reference;
  with_hook(reference);
  reference.work();
  for (std::size_t k = 1; k <= reference.power.actions; ++k) {
    SCOPED_TRACE("dies after action " + std::to_string(k));
    EngineBed bed;
    with_hook(bed);
    bed.power.off_after = k;
    bed.work();
    bed.crash();
    bed.pass(std::chrono::minutes(2));
    EXPECT_LE(bed.world.count("migrate"), 1U);
    EXPECT_FALSE(bed.status().operation);
    const bool asks = bed.stalled() && bed.message("Stalled").find("force-at") != std::string::npos;
    EXPECT_TRUE(asks || bed.ready() == "Succeeded") << bed.ready() << ": " << bed.message("Ready");
  }
}

TEST(Crash, ResumedOperationIsTheSameAttemptFromItsRevision) {  // fault R2
  EngineBed bed;
  first_deployment(bed);
  bed.world.hanging = {"start"};
  upgrade(bed);
  const std::string id = bed.status().operation->id;
  bed.world.hanging.clear();
  bed.power.off_after = bed.power.actions;
  bed.crash();
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().revision, 2);
  EXPECT_NE(bed.status().history.front().message.find("resumed"), std::string::npos);
  for (const auto& write : bed.repository.writes())
    if (write.status.operation && write.status.operation->revision == 2) EXPECT_EQ(write.status.operation->id, id);
}

/// Version 2 needs a Secret; it was cut off after its first effect, and the Secret is gone.
struct HalfRun : EngineBed {
  HalfRun() {
    first_deployment(*this);
    references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
    world.hanging = {"start"};
    edit([](api::DeploymentSpec& spec) {
      spec.version = "2";
      spec.env = {{.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"db", "password"}}}};
    });
    work();
    world.hanging.clear();
    references.secrets.clear();
    crash();
    work();
  }
  void ask_for(const std::string& version) {
    edit([&](api::DeploymentSpec& spec) {
      spec.version = version;
      spec.env.clear();
    });
    work();
  }
};

TEST(Crash, WhatHalfRanAndCannotBeMadeReadyIsNotTakenForUntouched) {  // fault R1
  HalfRun bed;
  EXPECT_EQ(bed.ready(), "DependencyNotReady");
  EXPECT_EQ(bed.status().revision, 0);
  bed.ask_for("1");
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().revision, 3);
}

TEST(Crash, WhatHalfRanGoesOnWhenItsSecretIsBack) {
  HalfRun bed;
  bed.references.secrets[{"shop", "db"}] = {{"password", "correct horse"}};
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(Crash, RollbackIsResumedAndNotTurnedForward) {  // fault R3
  EngineBed bed;
  first_deployment(bed);
  bed.world.sick = {"2"};
  bed.world.hanging = {"settle"};
  bed.deploy("2");
  bed.work();
  ASSERT_TRUE(bed.status().operation);
  ASSERT_EQ(bed.status().operation->kind, api::OperationKind::Rollback);
  bed.world.hanging.clear();
  bed.crash();
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "RolledBack");
  EXPECT_EQ(bed.world.count("start web 2"), 1U);
}

TEST(Crash, DeletionGoesOnAfterADeath) {  // fault F1
  EngineBed bed;
  first_deployment(bed);
  bed.world.hanging = {"destroy"};
  bed.repository.request_deletion(bed.key);
  bed.work();
  bed.world.hanging.clear();
  bed.crash();
  bed.work();
  EXPECT_EQ(bed.runs(), "");
  EXPECT_FALSE(bed.repository.has(bed.key));
}

void deletion(EngineBed& bed) {
  bed.repository.request_deletion(bed.key);
  bed.work();
}

TEST(Crash, DeletionEndsWheneverTheProcessDies) {  // fault R1, fault F1
  EngineBed reference;
  first_deployment(reference);
  upgrade(reference);
  const std::size_t first = reference.power.actions;
  deletion(reference);
  ASSERT_FALSE(reference.repository.has(reference.key));
  EXPECT_TRUE(reference.repository.revision_numbers(reference.key).empty());
  const std::size_t actions = reference.power.actions - first;
  ASSERT_GE(actions, 5U);
  for (std::size_t k = 1; k <= actions; ++k) {
    SCOPED_TRACE("dies after action " + std::to_string(k));
    EngineBed bed;
    first_deployment(bed);
    upgrade(bed);
    bed.power.off_after = bed.power.actions + k;
    deletion(bed);
    bed.crash();
    bed.pass(std::chrono::minutes(2));
    EXPECT_FALSE(bed.repository.has(bed.key));
    EXPECT_EQ(bed.runs(), "");
    // Of an object that is gone nobody is told any more: between its finalizer and its last revision that one stays.
    EXPECT_LE(bed.repository.revision_numbers(bed.key).size(), k == actions - 1 ? 1U : 0U);
  }
}

TEST(Crash, LivingHolderIsNotTakenOver) {
  EngineBed bed;
  first_deployment(bed);
  bed.world.hanging = {"start"};
  upgrade(bed);
  bed.world.hanging.clear();
  bed.power.off_after = bed.power.actions;
  bed.crash();
  bed.dead.clear();
  bed.world.lines.clear();
  bed.pass(std::chrono::minutes(5), std::chrono::seconds(30));
  EXPECT_TRUE(bed.world.lines.empty());
  EXPECT_TRUE(bed.status().operation);
}

}  // namespace
}  // namespace deployctl::engine
