// What waits for a person: the plan, its id, what keeps it standing and what ends it.

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "engine/engine.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using api::PlanKind;
using api::RequestResult;
using ports::Attachment;
using support::EngineBed;
namespace annotations = api::annotations;

const process::Exit kExitOne{process::Exit::Kind::Exited, 1, {}};

void require_approval(api::DeploymentSpec& spec) { spec.approval.required = true; }

/// Version 1 serves; from now on everything has to be approved, and version 2 is asked for.
struct Asked : EngineBed {
  /// `plans`: the tool makes plans itself.
  explicit Asked(bool plans) {
    deploy("1");
    work();
    executor->plans = plans;
    world.plan = "plan bytes";
    world.lines.clear();
    edit([](api::DeploymentSpec& spec) {
      require_approval(spec);
      spec.version = "2";
    });
    work();
  }
  [[nodiscard]] const api::Plan& plan() const { return status().plan.value(); }
  [[nodiscard]] bool waits() const { return status().plan.has_value() && ready() == "AwaitingApproval"; }
  void approve() {
    annotate(annotations::kApprove, plan().id);
    work();
  }
  [[nodiscard]] RequestResult approval() const { return status().last_handled.approve.value().result; }
};

TEST(Approval, NothingIsTouchedBeforeAPersonApproves) {
  Asked bed(false);
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.world.effects(), 0U);
  EXPECT_EQ(bed.reason("ApprovalPending"), "AwaitingApproval");
  EXPECT_EQ(bed.reason("Reconciling"), "");
  EXPECT_FALSE(bed.stalled());
  EXPECT_EQ(bed.plan().kind, PlanKind::Deploy);
  EXPECT_NE(bed.plan().summary.find("version 1 -> 2"), std::string::npos) << bed.plan().summary;
  EXPECT_EQ(bed.plan().expires_at, bed.plan().created_at + std::chrono::hours(24));
}

TEST(Approval, SaysTheCommandThatApproves) {
  Asked bed(false);
  const std::string command =
      "kubectl annotate --overwrite --field-manager=deployctl -n shop dctl/web "
      "deployctl.io/approve=" +
      bed.plan().id;
  EXPECT_NE(bed.message("Ready").find(command), std::string::npos) << bed.message("Ready");
  EXPECT_NE(bed.message("ApprovalPending").find(command), std::string::npos);
}

TEST(Approval, WaitingClosesTheOperation) {  // no process, no slot, no journal, no timeout
  Asked bed(true);
  EXPECT_FALSE(bed.status().operation);
  EXPECT_EQ(bed.work_directories(), 0U);
  EXPECT_EQ(bed.status().last_revision, 1);
  EXPECT_EQ(bed.status().history.size(), 1U) << "nothing ran, so there is nothing to tell";
  bed.pass(std::chrono::hours(20), std::chrono::minutes(10));
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.world.effects(), 0U);
}

TEST(Approval, AtRestNothingIsWritten) {  // fault R9
  Asked bed(true);
  bed.repository.forget_writes();
  bed.pass(std::chrono::hours(2), std::chrono::minutes(5));
  EXPECT_TRUE(bed.repository.writes().empty());
}

TEST(Approval, ApprovedOperationIsCarriedOut) {
  Asked bed(false);
  bed.annotate(annotations::kRequestedBy, "ann");
  bed.approve();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.status().plan);
  EXPECT_EQ(bed.reason("ApprovalPending"), "");
  EXPECT_EQ(bed.approval(), RequestResult::Done);
  EXPECT_EQ(bed.status().history.front().by, "ann");
}

TEST(Approval, TheSavedPlanIsWhatIsApplied) {  // fault T9
  Asked bed(true);
  const std::string id = bed.plan().id;
  ASSERT_NE(bed.repository.attachment(bed.key, Attachment::Plan), nullptr);
  EXPECT_EQ(bed.repository.attachment(bed.key, Attachment::Plan)->note, id);
  bed.approve();
  EXPECT_EQ(bed.runs(), "2");
  ASSERT_TRUE(bed.executor->deployed.back().approved);
  EXPECT_EQ(bed.executor->deployed.back().approved->plan_file, "plan bytes");
  EXPECT_EQ(bed.repository.attachment(bed.key, Attachment::Plan), nullptr) << "it goes with the plan";
}

TEST(Approval, IdIsMadeOfWhatWouldChangeAndOfTheOperation) {
  Asked bed(true);
  const std::string first = bed.plan().id;
  const std::string digest = bed.plan().digest;
  EXPECT_EQ(first.size(), 16U);
  bed.edit([](api::DeploymentSpec& spec) { spec.version = "3"; });
  bed.work();
  bed.edit([](api::DeploymentSpec& spec) { spec.version = "2"; });
  bed.work();
  EXPECT_EQ(bed.plan().digest, digest);
  EXPECT_NE(bed.plan().id, first);
}

TEST(Approval, PlanThatIsTooLargeIsMadeAgain) {  // fault T15
  EngineBed bed;
  bed.executor->plans = true;
  bed.world.plan = std::string(2'000'000, 'p');
  bed.deploy("1");
  bed.edit(require_approval);
  bed.work();
  ASSERT_TRUE(bed.status().plan);
  EXPECT_EQ(bed.repository.attachment(bed.key, Attachment::Plan), nullptr);
  bed.annotate(annotations::kApprove, bed.status().plan->id);
  bed.work();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.executor->deployed.back().approved.value().plan_file, "");
}

TEST(Approval, OnlyWhatWasApprovedIsApplied) {  // fault T9
  Asked bed(true);
  const std::string approved = bed.plan().id;
  bed.executor->found = "somebody changed the world";
  bed.approve();
  EXPECT_TRUE(bed.waits());
  EXPECT_NE(bed.plan().id, approved);
  EXPECT_EQ(bed.approval(), RequestResult::Refused);
  EXPECT_EQ(bed.world.effects(), 0U);
  bed.approve();
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Approval, PlanTheToolRefusesAsOutOfDateIsMadeAnewAndNotRolledBack) {  // fault T9
  Asked bed(true);
  const std::string approved = bed.plan().id;
  bed.executor->stale = true;
  bed.world.ends["stop"] = kExitOne;
  bed.approve();
  EXPECT_TRUE(bed.waits());
  EXPECT_NE(bed.plan().id, approved);
  EXPECT_FALSE(bed.status().operation);
  EXPECT_EQ(bed.status().revision, 1) << "nothing was changed: what served serves";
  EXPECT_TRUE(bed.status().quarantined.empty());
  bed.world.ends.clear();
  bed.executor->stale = false;
  bed.approve();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Approval, PlanThatIsOutOfDateAfterTheOldTargetWasEmptiedDoesNotClaimThatItServes) {  // fault T9
  Asked bed(true);
  bed.executor->host = "other";
  bed.deploy("3");
  bed.annotate(annotations::kForceAt, "move");
  bed.work();
  ASSERT_TRUE(bed.waits()) << bed.message("Ready");
  bed.executor->stale = true;
  bed.world.ends["stop"] = kExitOne;
  bed.approve();
  ASSERT_TRUE(bed.waits()) << bed.message("Ready");
  EXPECT_EQ(bed.world.count("destroy web 1"), 1U);
  EXPECT_EQ(bed.status().revision, 0) << "nothing serves any more";
  EXPECT_NE(bed.message("Ready").find("what stood at the former target is removed already"), std::string::npos)
      << bed.message("Ready");
  bed.world.ends.clear();
  bed.executor->stale = false;
  bed.approve();
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_EQ(bed.runs(), "3");
  EXPECT_EQ(bed.status().target->host, "other");
}

TEST(Approval, OldIdIsRefused) {
  Asked bed(false);
  const std::string old = bed.plan().id;
  bed.edit([](api::DeploymentSpec& spec) { spec.version = "3"; });
  bed.work();
  bed.annotate(annotations::kApprove, old);
  bed.work();
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.approval(), RequestResult::Refused);
  EXPECT_NE(bed.status().last_handled.approve->message.find(bed.plan().id), std::string::npos);
  EXPECT_EQ(bed.runs(), "1");
}

TEST(Approval, WithoutAPlanItIsRefused) {
  EngineBed bed;
  bed.deploy("1");
  bed.annotate(annotations::kApprove, "0123456789abcdef");
  bed.work();
  EXPECT_EQ(bed.status().last_handled.approve.value().result, RequestResult::Refused);
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Approval, ExpiredPlanIsMadeAnewAtTheNextInterval) {
  Asked bed(true);
  const std::string first = bed.plan().id;
  const WallTime expires = bed.plan().expires_at;
  bed.pass(std::chrono::hours(24) + std::chrono::minutes(11), std::chrono::minutes(1));
  EXPECT_TRUE(bed.waits());
  EXPECT_NE(bed.plan().id, first);
  EXPECT_GE(bed.plan().created_at, expires);
  bed.annotate(annotations::kApprove, first);
  bed.work();
  EXPECT_EQ(bed.approval(), RequestResult::Refused);
  EXPECT_EQ(bed.runs(), "1");
}

TEST(Approval, GoingBackToWhatServesDropsThePlan) {
  Asked bed(true);
  bed.edit([](api::DeploymentSpec& spec) { spec.version = "1"; });
  bed.work();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_FALSE(bed.status().plan);
  EXPECT_EQ(bed.reason("ApprovalPending"), "");
  EXPECT_EQ(bed.repository.attachment(bed.key, Attachment::Plan), nullptr);
}

TEST(Approval, EditThatAsksForTheSameKeepsThePlan) {
  Asked bed(true);
  const std::string id = bed.plan().id;
  bed.edit([](api::DeploymentSpec& spec) { spec.interval = std::chrono::minutes(20); });
  bed.work();
  EXPECT_EQ(bed.plan().id, id);
  EXPECT_EQ(bed.status().observed_generation, bed.repository.object(bed.key).meta.generation);
}

TEST(Approval, WaitingSurvivesARestart) {
  Asked bed(true);
  const std::string id = bed.plan().id;
  const std::size_t prepared = bed.world.count("prepare");
  bed.restart();
  bed.work();
  bed.pass(std::chrono::minutes(30), std::chrono::minutes(1));
  EXPECT_EQ(bed.plan().id, id);
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.world.count("prepare"), prepared);
  bed.approve();
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Approval, GivenWhileTheControllerWasDownIsTakenUp) {
  Asked bed(false);
  bed.annotate(annotations::kApprove, bed.plan().id);
  bed.restart();
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Approval, ARetryOfWhatWasApprovedDoesNotAskAgain) {
  Asked bed(false);
  bed.world.ends["prepare"] = {process::Exit::Kind::CouldNotStart, 0, "no daemon"};
  bed.approve();
  EXPECT_EQ(bed.ready(), "ExecutorUnavailable");
  EXPECT_EQ(bed.approval(), RequestResult::Pending);
  bed.world.ends.clear();
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.approval(), RequestResult::Done);
}

TEST(Approval, ApprovedReleaseThatFailsIsRolledBackWithoutApproval) {
  Asked bed(false);
  bed.world.sick = {"2"};
  bed.approve();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "RolledBack");
  EXPECT_FALSE(bed.status().plan);
  EXPECT_EQ(bed.reason("ApprovalPending"), "");
  EXPECT_EQ(bed.approval(), RequestResult::Done);
}

TEST(Approval, RollbackThatDestroysWaitsWithTheBadDigestHeldBack) {
  Asked bed(true);
  bed.world.sick = {"2"};
  bed.approve();
  EXPECT_TRUE(bed.waits()) << bed.message("Ready");
  EXPECT_EQ(bed.plan().kind, PlanKind::Rollback);
  EXPECT_EQ(bed.plan().restored_revision, 1);
  ASSERT_EQ(bed.status().quarantined.size(), 1U);
  EXPECT_EQ(bed.status().quarantined.front().version, "2");
  EXPECT_EQ(bed.runs(), "2") << "nothing goes back before it is approved";
  bed.restart();
  bed.work();
  bed.pass(std::chrono::minutes(5));
  EXPECT_TRUE(bed.waits());
  bed.approve();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "RolledBack");
  EXPECT_FALSE(bed.status().plan);
  EXPECT_EQ(bed.status().history.at(1).result, HistoryResult::RolledBack);
}

TEST(Approval, RequestedRollbackWaitsOnceAndIsEchoedAtItsEnd) {
  Asked bed(true);
  bed.approve();
  ASSERT_EQ(bed.runs(), "2");
  bed.annotate(annotations::kRollbackTo, "previous/1");
  bed.work();
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.plan().kind, PlanKind::Rollback);
  EXPECT_EQ(bed.status().last_handled.rollback.value().result, RequestResult::Pending);
  const std::string id = bed.plan().id;
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.plan().id, id);
  bed.approve();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.status().last_handled.rollback->result, RequestResult::Done);
}

TEST(Approval, NewSpecTakesThePlaceOfARollbackThatWaits) {
  Asked bed(true);
  bed.approve();
  bed.annotate(annotations::kRollbackTo, "previous/1");
  bed.work();
  ASSERT_EQ(bed.plan().kind, PlanKind::Rollback);
  bed.edit([](api::DeploymentSpec& spec) { spec.version = "3"; });
  bed.work();
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.plan().kind, PlanKind::Deploy);
  EXPECT_EQ(bed.status().last_handled.rollback->result, RequestResult::Refused);
  bed.approve();
  EXPECT_EQ(bed.runs(), "3");
}

TEST(Approval, ForcedDeploymentWaitsOnceAndIsEchoedAtItsEnd) {
  Asked bed(true);
  bed.approve();
  bed.annotate(annotations::kForceAt, "now");
  bed.work();
  EXPECT_TRUE(bed.waits());
  EXPECT_EQ(bed.status().last_handled.force.value().result, RequestResult::Pending);
  const std::string id = bed.plan().id;
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.plan().id, id);
  bed.approve();
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_EQ(bed.status().last_handled.force->result, RequestResult::Done);
  EXPECT_TRUE(bed.executor->deployed.back().force_rebuild);
}

TEST(Approval, SuspendedObjectKeepsItsPlanAndGoesOnLater) {
  Asked bed(true);
  bed.edit([](api::DeploymentSpec& spec) { spec.suspend = true; });
  bed.work();
  bed.approve();
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.ready(), "Suspended");
  bed.edit([](api::DeploymentSpec& spec) { spec.suspend = false; });
  bed.work();
  EXPECT_EQ(bed.runs(), "2");
}

TEST(Approval, DeletionWaitsForNobody) {
  Asked bed(true);
  bed.repository.request_deletion(bed.key);
  bed.work();
  EXPECT_FALSE(bed.repository.has(bed.key));
  EXPECT_EQ(bed.runs(), "");
  EXPECT_EQ(bed.repository.attachment(bed.key, Attachment::Plan), nullptr);
}

TEST(Approval, SecretOfSomebodyElseIsNotOverwritten) {
  EngineBed bed;
  bed.executor->plans = true;
  bed.world.plan = "plan bytes";
  bed.repository.occupy_attachment(bed.key, Attachment::Plan);
  bed.deploy("1");
  bed.edit(require_approval);
  bed.work();
  EXPECT_FALSE(bed.status().plan);
  EXPECT_EQ(bed.ready(), "Conflict");
  EXPECT_NE(bed.message("Ready").find("not ours"), std::string::npos);
}

TEST(Approval, LostAnswerOfTheRecordMakesNoSecondPlan) {
  EngineBed bed;
  bed.executor->plans = true;
  bed.deploy("1");
  bed.edit(require_approval);
  bed.repository.fail_write(2, fail(ErrorKind::Transient, "lost"), true);
  bed.pass(std::chrono::minutes(1));
  ASSERT_TRUE(bed.status().plan);
  EXPECT_EQ(bed.world.count("prepare"), 1U);
  EXPECT_FALSE(bed.status().operation);
}

TEST(Approval, InterruptedApprovedOperationGoesOnAfterAShutdown) {
  Asked bed(false);
  bed.world.hanging = {"start"};
  bed.approve();
  bed.world.hanging.clear();
  bed.restart();
  bed.work();
  EXPECT_EQ(bed.runs(), "2") << bed.message("Ready");
  EXPECT_EQ(bed.ready(), "Succeeded");
}

TEST(Approval, SecretValuesAreHiddenInTheSummary) {  // fault X4
  EngineBed bed;
  bed.executor->plans = true;
  bed.references.secrets[{"shop", "login"}] = {{"password", "thing.web"}};
  bed.deploy("1");
  bed.edit([](api::DeploymentSpec& spec) {
    require_approval(spec);
    spec.env = {{.name = "PASSWORD", .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{"login", "password"}}}};
  });
  bed.work();
  ASSERT_TRUE(bed.status().plan);
  EXPECT_EQ(bed.status().plan->summary.find("thing.web"), std::string::npos);
  EXPECT_EQ(bed.message("Ready").find("thing.web"), std::string::npos);
}

}  // namespace
}  // namespace deployctl::engine
