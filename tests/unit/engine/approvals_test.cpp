// Guards 5 to 12 while a plan waits, and what a plan is worth.

#include "engine/approvals.hpp"

#include <gtest/gtest.h>

#include "engine/decide.hpp"
#include "support/builders.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using api::OperationKind;
using api::RequestResult;
using support::a_deployment;
using support::digest_for;
using support::kGate;
namespace reasons = api::reasons;
namespace annotations = api::annotations;

const WallTime kNow{std::chrono::hours(500'000)};
const std::string kId = "0123456789abcdef";

/// A plan of version 2, while version 1 serves.
support::DeploymentBuilder planned() {
  return a_deployment().with_finalizer().of_version("2").serving(1).where([](api::Deployment& object) {
    object.status.plan = api::Plan{.id = kId,
                                   .digest = "d",
                                   .created_at = kNow - std::chrono::hours(1),
                                   .expires_at = kNow + std::chrono::hours(23),
                                   .inputs = digest_for("2"),
                                   .gate = kGate};
  });
}
/// Version 2 failed, and going back to 1 has to be approved.
support::DeploymentBuilder rollback_planned() {
  return planned()
      .after(OperationKind::Deploy, 2, "2", HistoryResult::Failed, reasons::kStepFailed, kNow)
      .quarantined("2", reasons::kStepFailed)
      .where([](api::Deployment& object) {
        object.status.plan->kind = api::PlanKind::Rollback;
        object.status.plan->inputs = digest_for("1");
        object.status.plan->restored_revision = 1;
        object.status.revision = 0;
      });
}
Observation wanting(const api::Deployment& object, const std::string& version, WallTime at = kNow) {
  Observation seen;
  seen.started = kNow - std::chrono::hours(1);
  seen.checked_at = kNow;
  seen.looked_back = true;
  seen.desired = Desired{.generation = object.meta.generation, .at = at, .digest = digest_for(version), .gate = kGate};
  seen.requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  return seen;
}
template <class T>
const T* as(const Decision& decision) {
  return std::get_if<T>(&decision);
}
const std::pair<std::string_view, std::string> kApproved{annotations::kApprove, kId};

TEST(DecideApproval, UnapprovedPlanIsWaitedFor) {
  const api::Deployment object = planned();
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Approval);
  EXPECT_FALSE(as<Settle>(decision)->rest.drops_plan);
}

TEST(DecideApproval, WaitsAlsoRightAfterARestart) {
  const api::Deployment object = planned();
  Observation seen = wanting(object, "2");
  seen.desired.reset();
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Approval);
}

TEST(DecideApproval, ApprovedPlanIsBegun) {
  const api::Deployment object = planned().with(kApproved);
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_TRUE(as<Begin>(decision)->approved);
}

TEST(DecideApproval, ApprovalAfterARestartIsResolvedFirst) {
  const api::Deployment object = planned().with(kApproved);
  Observation seen = wanting(object, "2");
  seen.desired.reset();
  EXPECT_TRUE(as<Resolve>(decide(object, seen, kNow)));
}

TEST(DecideApproval, ApprovedPlanWaitsForASlot) {
  const api::Deployment object = planned().with(kApproved);
  Observation seen = wanting(object, "2");
  seen.slot_free = false;
  EXPECT_TRUE(as<Wait>(decide(object, seen, kNow)));
}

TEST(DecideApproval, UnknownIdIsRefused) {
  const api::Deployment object = planned().with({annotations::kApprove, "ffffffffffffffff"});
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->which, Answer::Which::Approve);
  EXPECT_EQ(as<Answer>(decision)->request.result, RequestResult::Refused);
  EXPECT_NE(as<Answer>(decision)->request.message.find(kId), std::string::npos);
}

TEST(DecideApproval, ExpiredPlanCannotBeApproved) {
  const api::Deployment object = planned().with(kApproved);
  const Decision decision = decide(object, wanting(object, "2"), kNow + std::chrono::hours(23));
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_NE(as<Answer>(decision)->request.message.find("expired"), std::string::npos);
}

TEST(DecideApproval, ExpiredPlanIsMadeAnewWithTheNextInputs) {
  const api::Deployment object = planned();
  const WallTime later = kNow + std::chrono::hours(23);
  Observation seen = wanting(object, "2", later - std::chrono::minutes(1));
  seen.checked_at = later;
  EXPECT_TRUE(as<Settle>(decide(object, seen, later)));
  seen.desired->at = later;
  const Decision decision = decide(object, seen, later);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_FALSE(as<Begin>(decision)->approved);
}

TEST(DecideApproval, PlanOfSomethingElseIsNotWaitedFor) {  // fault T9
  const api::Deployment object = planned().with(kApproved);
  const Decision decision = decide(object, wanting(object, "3"), kNow);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_FALSE(as<Begin>(decision)->approved) << "only what was asked then was approved";
}

TEST(DecideApproval, PlanIsDroppedWhenWhatServesIsAskedAgain) {
  const api::Deployment object = planned();
  const Decision decision = decide(object, wanting(object, "1"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Converged);
  EXPECT_TRUE(as<Settle>(decision)->rest.drops_plan);
}

TEST(DecideApproval, MissingReferenceIsSaidAndThePlanKept) {  // fault I13
  const api::Deployment object = planned();
  Observation seen = wanting(object, "2");
  seen.desired->error = fail(ErrorKind::DependencyNotReady, "Secret login does not exist");
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.reason, reasons::kDependencyNotReady);
  EXPECT_FALSE(as<Settle>(decision)->rest.drops_plan);
}

TEST(DecideApproval, SuspendedObjectIsNotBegunByAnApproval) {
  const api::Deployment object =
      planned().with(kApproved).where([](api::Deployment& each) { each.spec.suspend = true; });
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Suspended);
}

TEST(DecideApproval, WhatServesIsLookedAtWhileAPlanWaits) {
  const api::Deployment object = planned();
  Observation seen = wanting(object, "2");
  seen.checked_at = kNow - std::chrono::hours(1);
  const Decision decision = decide(object, seen, kNow);
  ASSERT_TRUE(as<CheckHealth>(decision));
  EXPECT_EQ(as<CheckHealth>(decision)->rest.kind, Rest::Kind::Approval);
}

TEST(DecideApproval, RollbackWaitsAndIsBegunWhenApproved) {
  const api::Deployment waiting = rollback_planned();
  const Decision rests = decide(waiting, wanting(waiting, "2"), kNow);
  ASSERT_TRUE(as<Settle>(rests));
  EXPECT_EQ(as<Settle>(rests)->rest.kind, Rest::Kind::Approval);
  const api::Deployment approved = rollback_planned().with(kApproved);
  const Decision goes = decide(approved, wanting(approved, "2"), kNow);
  ASSERT_TRUE(as<RollBack>(goes));
  EXPECT_EQ(as<RollBack>(goes)->target.revision, 1);
  EXPECT_EQ(as<RollBack>(goes)->trigger, "Automatic");
  EXPECT_TRUE(as<RollBack>(goes)->approved);
}

TEST(DecideApproval, RollbackToARevisionThatIsGoneDoesNotStand) {
  api::Deployment object = rollback_planned();
  EXPECT_TRUE(plan_stands(object.status, digest_for("2"), kGate));
  object.status.history.back().restorable = api::Restorable::No;
  EXPECT_FALSE(plan_stands(object.status, digest_for("2"), kGate));
}

TEST(DecideApproval, RequestedRollbackThatWaitsIsNotBegunAgain) {
  const api::Deployment object = rollback_planned().where([](api::Deployment& each) {
    each.status.last_handled.rollback = api::Request{.token = "previous/1", .result = RequestResult::Pending};
  });
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<Settle>(decision));
  EXPECT_EQ(as<Settle>(decision)->rest.kind, Rest::Kind::Approval);
}

TEST(DecideApproval, RequestedRollbackIsRefusedWhenSomethingElseIsAsked) {
  const api::Deployment object = rollback_planned().where([](api::Deployment& each) {
    each.status.last_handled.rollback = api::Request{.token = "previous/1", .result = RequestResult::Pending};
  });
  const Decision decision = decide(object, wanting(object, "3"), kNow);
  ASSERT_TRUE(as<Answer>(decision));
  EXPECT_EQ(as<Answer>(decision)->which, Answer::Which::Rollback);
  EXPECT_EQ(as<Answer>(decision)->request.result, RequestResult::Refused);
}

TEST(DecideApproval, NewerRollbackRequestTakesThePlaceOfOneThatWaits) {
  const api::Deployment object =
      rollback_planned().with({annotations::kRollbackTo, "1/again"}).where([](api::Deployment& each) {
        each.status.last_handled.rollback = api::Request{.token = "previous/1", .result = RequestResult::Pending};
      });
  const Decision decision = decide(object, wanting(object, "2"), kNow);
  ASSERT_TRUE(as<RollBack>(decision));
  EXPECT_FALSE(as<RollBack>(decision)->approved);
}

TEST(DecideApproval, ForceThatAPlanWasMadeForWaits) {
  const api::Deployment object = planned().where([](api::Deployment& each) {
    each.status.last_handled.force = api::Request{.token = "now", .result = RequestResult::Pending};
  });
  EXPECT_TRUE(as<Settle>(decide(object, wanting(object, "2"), kNow)));
  const api::Deployment approved = planned().with(kApproved).where([](api::Deployment& each) {
    each.status.last_handled.force = api::Request{.token = "now", .result = RequestResult::Pending};
  });
  const Decision decision = decide(approved, wanting(approved, "2"), kNow);
  ASSERT_TRUE(as<Begin>(decision));
  EXPECT_TRUE(as<Begin>(decision)->forced);
  EXPECT_TRUE(as<Begin>(decision)->approved);
}

TEST(DecideApproval, WhatWasApprovedStaysSoUnlessItWasRefused) {
  api::Deployment object = planned();
  EXPECT_FALSE(is_approved(object.status, {}));
  for (const RequestResult result : {RequestResult::Pending, RequestResult::Done, RequestResult::Refused}) {
    object.status.last_handled.approve = api::Request{.token = kId, .result = result};
    EXPECT_EQ(is_approved(object.status, {}), result != RequestResult::Refused);
  }
  object.status.last_handled.approve = api::Request{.token = "ffffffffffffffff", .result = RequestResult::Done};
  EXPECT_FALSE(is_approved(object.status, {}));
}

TEST(Approvals, WordsCarryCountsTimeAndCommand) {
  const api::Deployment object = planned().where([](api::Deployment& each) {
    each.status.plan->add = 1;
    each.status.plan->destroy = 3;
    each.status.plan->summary = "add a.b";
    each.status.plan->expires_at = WallTime{} + std::chrono::hours(24);
  });
  EXPECT_EQ(words_of(object.meta, *object.status.plan),
            "plan 0123456789abcdef (1 to add, 0 to change, 3 to destroy) waits until 1970-01-02T00:00:00Z for kubectl "
            "annotate --overwrite --field-manager=deployctl -n shop dctl/web deployctl.io/approve=0123456789abcdef: "
            "add a.b");
}

}  // namespace
}  // namespace deployctl::engine
