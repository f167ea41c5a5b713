// What a controller that is stopped politely leaves: what has ended is recorded as it ended, and what must not run
// twice does not.

#include <gtest/gtest.h>

#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using api::HistoryResult;
using support::EngineBed;
using support::FakeRepository;

/// Version 1 serves.
struct Serving : EngineBed {
  Serving() {
    deploy("1");
    work();
  }
  void deploy_with_hooks() {
    edit([](api::DeploymentSpec& spec) {
      spec.version = "2";
      spec.hooks.pre_deploy = {{.name = "migrate", .command = {"fake", "migrate", "web", "2"}}};
      spec.hooks.post_deploy = {{.name = "announce", .command = {"fake", "announce", "web", "2"}}};
    });
    work();
  }
};

TEST(Shutdown, OnceHookThatHadFinishedIsNotRunAgain) {  // fault R1
  for (const char* where : {"stop", "start", "verify"}) {
    Serving bed;
    bed.world.hanging = {where};
    bed.deploy_with_hooks();
    ASSERT_EQ(bed.world.count("migrate"), 1U) << where;
    bed.world.hanging.clear();
    bed.restart();
    bed.pass(std::chrono::minutes(2));
    EXPECT_EQ(bed.world.count("migrate"), 1U) << where;
    EXPECT_EQ(bed.world.count("announce"), 1U) << where;
    EXPECT_EQ(bed.runs(), "2") << where;
    EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
    EXPECT_FALSE(bed.status().operation) << where;
  }
}

TEST(Shutdown, OnceHookThatHadFinishedIsNotRunAgainHoweverOftenItIsStopped) {  // fault R1
  Serving bed;
  bed.world.hanging = {"start"};
  bed.deploy_with_hooks();
  for (int times = 0; times < 3; ++times) {
    bed.restart();
    bed.work();
  }
  bed.world.hanging.clear();
  bed.restart();
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.world.count("migrate"), 1U);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(Shutdown, DuringAnyWriteNoOnceHookIsRunAgain) {  // fault R1
  for (std::size_t k = 1; k <= 16; ++k) {
    SCOPED_TRACE("stopped during action " + std::to_string(k));
    Serving bed;
    bed.power.stop_at = bed.power.actions + k;
    bed.deploy_with_hooks();
    bed.restart();
    bed.pass(std::chrono::minutes(2));
    EXPECT_LE(bed.world.count("migrate"), 1U);
    EXPECT_LE(bed.world.count("announce"), 1U);
    const bool asks = bed.stalled() && bed.message("Stalled").find("force-at") != std::string::npos;
    EXPECT_TRUE(asks || (bed.ready() == "Succeeded" && bed.runs() == "2"))
        << bed.ready() << ": " << bed.message("Ready");
    EXPECT_FALSE(bed.status().operation);
  }
}

TEST(Shutdown, WhileTidyingUpNoHookIsRunAgain) {  // fault R1
  Serving bed;
  bed.world.hanging = {"settle"};
  bed.deploy_with_hooks();
  ASSERT_EQ(bed.world.count("announce"), 1U);
  bed.world.hanging.clear();
  bed.restart();
  bed.pass(std::chrono::minutes(2));
  EXPECT_EQ(bed.world.count("migrate"), 1U);
  EXPECT_EQ(bed.world.count("announce"), 1U);
  EXPECT_EQ(bed.ready(), "Succeeded") << bed.message("Ready");
}

TEST(Shutdown, EndThatCouldNotBeWrittenYetIsRecordedAsItIs) {
  for (const bool good : {true, false}) {
    Serving bed;
    bed.edit([](api::DeploymentSpec& spec) { spec.rollback.automatic = false; });
    bed.work();
    if (!good) bed.world.ends["start 2"] = {process::Exit::Kind::Exited, 1, {}};
    bed.repository.refused.insert_or_assign({bed.key, FakeRepository::Kind::WriteStatus},
                                            fail(ErrorKind::Transient, "not now"));
    bed.deploy("2");
    bed.work();
    ASSERT_TRUE(bed.status().operation);
    bed.repository.refused.erase({bed.key, FakeRepository::Kind::WriteStatus});
    bed.restart();
    EXPECT_FALSE(bed.status().operation);
    EXPECT_EQ(bed.status().history.front().result, good ? HistoryResult::Succeeded : HistoryResult::Failed);
    EXPECT_EQ(bed.ready(), good ? "Succeeded" : "StepFailed") << bed.message("Ready");
    EXPECT_EQ(bed.world.count("start web 2"), 1U);
    bed.work();
    EXPECT_EQ(bed.world.count("start web 2"), 1U);
  }
}

}  // namespace
}  // namespace deployctl::engine
