#include "history/target.hpp"

#include <gtest/gtest.h>

#include "history/quarantine.hpp"
#include "statuses.hpp"

namespace deployctl::history {
namespace {

using api::HistoryResult;
using test::entry;
using test::status;

constexpr auto kFailed = HistoryResult::Failed;

TEST(AutomaticTarget, IsTheNewestSucceededOtherDigest) {
  const auto now = status(7, {entry(8, "h", kFailed), entry(7, "g"), entry(6, "f")});
  const auto target = automatic_target(now, "h");
  ASSERT_TRUE(target.has_value());
  EXPECT_EQ(*target, (RollbackTarget{7, "g", "1.7", api::Restorable::Exact}));
}

TEST(AutomaticTarget, IsNeverTheFailingDigestAlsoIfItSucceededOnce) {
  const auto now = status(7, {entry(8, "g", kFailed), entry(7, "g"), entry(6, "f")});
  EXPECT_EQ(automatic_target(now, "g")->revision, 6);
}

TEST(AutomaticTarget, IsNeverQuarantinedWhateverTheGate) {
  auto now = status(7, {entry(8, "h", kFailed), entry(7, "g"), entry(6, "f")});
  add_quarantine(now, {.digest = "g", .gate = "another gate"});
  EXPECT_EQ(automatic_target(now, "h")->revision, 6);
}

TEST(AutomaticTarget, SkipsWhatIsNoLongerKept) {
  auto now = status(7, {entry(8, "h", kFailed), entry(7, "g"), entry(6, "f")});
  now.history[1].restorable = api::Restorable::No;
  EXPECT_EQ(automatic_target(now, "h")->revision, 6);
}

TEST(AutomaticTarget, SkipsWhatWasCancelledInterruptedOrRolledBack) {
  const auto now =
      status(2, {entry(6, "f", kFailed), entry(5, "e", HistoryResult::Cancelled),
                 entry(4, "d", HistoryResult::Interrupted), entry(3, "c", HistoryResult::RolledBack), entry(2, "b")});
  EXPECT_EQ(automatic_target(now, "f")->revision, 2);
}

TEST(AutomaticTarget, MayBeARollbackThatSucceeded) {
  auto rollback = entry(7, "a");
  rollback.kind = api::OperationKind::Rollback;
  const auto now = status(7, {entry(8, "h", kFailed), rollback, entry(6, "f", HistoryResult::RolledBack)});
  EXPECT_EQ(automatic_target(now, "h")->revision, 7);
}

TEST(AutomaticTarget, OfAFirstDeploymentDoesNotExistAndSaysSo) {
  const auto now = status(0, {entry(1, "a", kFailed)});
  const auto target = automatic_target(now, "a");
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().kind, ErrorKind::NotFound);
  EXPECT_EQ(target.error().message, "no earlier revision succeeded, so there is none to go back to");
}

TEST(AutomaticTarget, TellsWhyEachCandidateIsNone) {
  auto now = status(5, {entry(6, "f", kFailed), entry(5, "f"), entry(4, "d"), entry(3, "c")});
  now.history[3].restorable = api::Restorable::No;
  add_quarantine(now, {.digest = "d"});
  EXPECT_EQ(automatic_target(now, "f").error().message,
            "there is nothing to go back to; revision 5 has the digest that fails now, revision 4 is quarantined, "
            "revision 3 is no longer kept");
}

TEST(AutomaticTarget, GoesByTheOrderOfTheListWhenTheClockWentBack) {  // fault H8
  auto now = status(7, {entry(8, "h", kFailed), entry(7, "g"), entry(6, "f")});
  now.history[1].finished_at = WallTime(std::chrono::hours(1));
  now.history[2].finished_at = WallTime(std::chrono::hours(9));
  EXPECT_EQ(automatic_target(now, "h")->revision, 7);
}

TEST(PreviousTarget, IsNotTheServingDigest) {
  const auto now = status(7, {entry(7, "g"), entry(6, "g"), entry(5, "e")});
  EXPECT_EQ(requested_target(now, std::nullopt)->revision, 5);
}

TEST(PreviousTarget, DoesNotExistWithOneRevision) {
  EXPECT_EQ(previous_target(status(1, {entry(1, "a")})).error().message,
            "there is nothing to go back to; revision 1 serves already");
}

TEST(RevisionTarget, IsTheRevisionAskedFor) {
  const auto now = status(7, {entry(7, "g"), entry(6, "f"), entry(5, "e")});
  EXPECT_EQ(requested_target(now, 5)->digest, "e");
}

TEST(RevisionTarget, MayBeQuarantinedWhenAPersonAsks) {
  auto now = status(7, {entry(7, "g"), entry(6, "f")});
  add_quarantine(now, {.digest = "f"});
  EXPECT_TRUE(revision_target(now, 6).has_value());
}

TEST(RevisionTarget, ThatWasPurgedIsAClearError) {  // fault H7
  const auto now = status(7, {entry(7, "g"), entry(6, "f"), entry(5, "e")});
  const auto target = revision_target(now, 2);
  ASSERT_FALSE(target.has_value());
  EXPECT_EQ(target.error().message,
            "revision 2 is no longer kept (spec.historyLimit); revisions that can be restored: 6, 5");
}

TEST(RevisionTarget, WhoseSecretIsGoneIsAClearError) {  // fault H7
  auto now = status(7, {entry(7, "g"), entry(6, "f")});
  now.history[1].restorable = api::Restorable::No;
  EXPECT_EQ(revision_target(now, 6).error().message,
            "revision 6 is no longer kept (spec.historyLimit); no other revision can be restored");
}

TEST(RevisionTarget, ThatNeverWasIsAnotherError) {
  const auto now = status(7, {entry(7, "g"), entry(6, "f")});
  for (const std::int64_t revision : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{8}}) {
    EXPECT_EQ(revision_target(now, revision).error().message,
              "revision " + std::to_string(revision) + " does not exist; revisions that can be restored: 6");
  }
}

TEST(RevisionTarget, ThatDidNotSucceedIsRefused) {
  const auto now = status(7, {entry(8, "h", HistoryResult::RolledBack), entry(7, "g"), entry(6, "f")});
  EXPECT_EQ(revision_target(now, 8).error().message,
            "revision 8 did not succeed (RolledBack); revisions that can be restored: 6");
}

TEST(RevisionTarget, ThatServesAlreadyIsRefused) {
  const auto now = status(7, {entry(7, "f"), entry(6, "f"), entry(5, "e")});
  EXPECT_TRUE(revision_target(now, 7).error().message.starts_with("revision 7 serves already"));
  EXPECT_TRUE(revision_target(now, 6).error().message.starts_with(
      "revision 6 has the same inputs as revision 7, which serves already"));
}

TEST(TargetMove, IsNothingWhenTheTargetStays) {
  const api::Target here{.host = "uid-1", .ns = "shop"};
  EXPECT_EQ(target_move(here, here), std::nullopt);
}

TEST(TargetMove, NamesBothPlacesAndTheWaysOut) {
  EXPECT_EQ(
      target_move({.host = "uid-1", .ns = "shop"}, {.host = "uid-1", .ns = "store"}),
      "target moves from namespace shop to namespace store: set it back, or force-at to destroy at namespace shop "
      "and deploy at namespace store");
}

TEST(TargetMove, NamesEveryMemberThatDiffers) {
  const auto move = target_move({.host = "uid-1", .ns = "shop"}, {.host = "uid-2", .ns = "store"});
  ASSERT_TRUE(move.has_value());
  EXPECT_TRUE(move->starts_with("target moves from host uid-1, namespace shop to host uid-2, namespace store: "));
}

TEST(TargetMove, AClusterThatCouldNotBeReadIsNoMove) {
  EXPECT_EQ(target_move({.host = "uid-1", .ns = "shop"}, {.host = "", .ns = "shop"}), std::nullopt);
}

TEST(TargetMove, FromTheLocalDockerDaemonToAnotherIsAMove) {
  const auto move = target_move({.project = "shop_web"}, {.host = "tcp://build:2376", .project = "shop_web"});
  ASSERT_TRUE(move.has_value());
  EXPECT_TRUE(move->starts_with("target moves from host (default) to host tcp://build:2376: "));
}

}  // namespace
}  // namespace deployctl::history
