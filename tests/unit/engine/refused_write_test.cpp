// What the engine has to write before the first effect is refused, by a quota, a webhook or a missing right: that is
// said, nothing is touched, and nobody else waits for it.

#include <gtest/gtest.h>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::a_deployment;
using support::EngineBed;
using Kind = support::FakeRepository::Kind;

const Error kQuota = fail(ErrorKind::Forbidden, "exceeded quota: secrets=10");
const Error kTooLong = fail(ErrorKind::Invalid, "status.operation: too long");
constexpr Duration kAnInterval = std::chrono::minutes(11);

/// Version 1 serves; there is one slot, and the spec asks for version 2.
struct Upgrade : EngineBed {
  Upgrade() : EngineBed(1) {
    deploy("1");
    work();
  }
  void begin() {
    deploy("2");
    work();
  }
  /// Whether an object of another namespace gets the slot.
  bool others_go_on() {
    repository.put(
        a_deployment().named("api").where([](api::Deployment& object) { object.meta.key.ns = "elsewhere"; }));
    pass(std::chrono::seconds(40));
    return world.running.contains("api");
  }
};

TEST(RefusedWrite, ARevisionThatMustNotBeSavedIsToldAndLeavesItsSlot) {  // fault A5
  Upgrade bed;
  bed.repository.refused[{bed.key, Kind::SaveRevision}] = kQuota;
  bed.begin();
  EXPECT_EQ(bed.ready(), "AccessDenied");
  EXPECT_EQ(bed.reason("Stalled"), "AccessDenied");
  EXPECT_NE(bed.message("Ready").find("exceeded quota"), std::string::npos) << bed.message("Ready");
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.status().history.front().revision, 0);
  EXPECT_TRUE(bed.others_go_on());
}

TEST(RefusedWrite, ARevisionIsTriedAgainEachInterval) {
  Upgrade bed;
  bed.repository.refused[{bed.key, Kind::SaveRevision}] = kQuota;
  bed.begin();
  bed.repository.refused.clear();
  bed.pass(kAnInterval, std::chrono::seconds(30));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(RefusedWrite, AFailingWebhookOfOneNamespaceHoldsNoSlotEither) {
  Upgrade bed;
  bed.repository.refused[{bed.key, Kind::SaveRevision}] = fail(ErrorKind::Transient, "failed calling webhook (500)");
  bed.begin();
  EXPECT_EQ(bed.ready(), "ExecutorUnavailable");
  EXPECT_NE(bed.message("Ready").find("webhook"), std::string::npos) << bed.message("Ready");
  EXPECT_TRUE(bed.others_go_on());
  bed.repository.refused.clear();
  bed.pass(std::chrono::minutes(1));
  EXPECT_EQ(bed.runs(), "2");
}

TEST(RefusedWrite, AJournalThatIsInvalidIsToldAndNothingIsTouched) {  // fault A5
  Upgrade bed;
  bed.repository.refused[{bed.key, Kind::Announce}] = kTooLong;
  bed.begin();
  EXPECT_EQ(bed.reason("Stalled"), "InvalidSpec");
  EXPECT_NE(bed.message("Stalled").find("too long"), std::string::npos) << bed.message("Stalled");
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.status().history.front().revision, 0) << "it was never announced";
  bed.repository.refused.clear();
  bed.deploy("3");
  bed.work();
  EXPECT_EQ(bed.runs(), "3");
}

TEST(RefusedWrite, WhereNoStatusMayBeWrittenAtAllOthersGoOn) {
  Upgrade bed;
  const api::DeploymentStatus before = bed.status();
  for (const Kind kind : {Kind::Announce, Kind::WriteStatus}) bed.repository.refused[{bed.key, kind}] = kQuota;
  bed.begin();
  EXPECT_TRUE(bed.others_go_on());
  EXPECT_EQ(bed.status(), before);
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.work_directories(), 0U);
  bed.repository.refused.clear();
  bed.pass(std::chrono::seconds(5));
  EXPECT_EQ(bed.runs(), "2");
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(RefusedWrite, WhoMayNotLookForAnEarlierLifeSaysSoAndBeginsNothing) {
  EngineBed bed;
  bed.repository.list_refused = fail(ErrorKind::Forbidden, "may not list secrets");
  bed.deploy("1");
  bed.work();
  EXPECT_EQ(bed.reason("Stalled"), "AccessDenied");
  EXPECT_NE(bed.message("Ready").find("may not list secrets"), std::string::npos) << bed.message("Ready");
  EXPECT_TRUE(bed.world.lines.empty());
  bed.repository.list_refused.reset();
  bed.pass(kAnInterval, std::chrono::seconds(30));
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
  EXPECT_FALSE(bed.stalled());
}

TEST(RefusedWrite, AnEarlierLifeIsStillFoundWhenTheRightCameLater) {  // api.md: lost status
  Upgrade bed;
  const std::size_t effects = bed.world.effects();
  bed.restart();
  bed.repository.list_refused = fail(ErrorKind::Forbidden, "may not list secrets");
  bed.repository.overwrite_status(bed.key, api::DeploymentStatus{});
  bed.work();
  ASSERT_EQ(bed.ready(), "AccessDenied");
  bed.restart();
  bed.repository.list_refused.reset();
  bed.pass(kAnInterval, std::chrono::seconds(30));
  EXPECT_EQ(bed.world.effects(), effects);
  EXPECT_EQ(bed.status().revision, 1);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

}  // namespace
}  // namespace deployctl::engine
