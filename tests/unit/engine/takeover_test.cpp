// An operation that another controller left open: when it is taken over, when it is waited for, and what is said.

#include <gtest/gtest.h>

#include "engine/holder.hpp"
#include "support/engine_bed.hpp"

namespace deployctl::engine {
namespace {

using support::EngineBed;

const ObjectKey kPod{"system", "one"};
constexpr const char* kNode = "node-1";

/// Another controller has begun version 2 in its Pod and is heard of no more; a new process looks at it.
struct LeftOpen : EngineBed {
  explicit LeftOpen(api::Holder holder) {
    deploy("1");
    work();
    world.hanging = {"start"};
    deploy("2");
    work();
    world.hanging.clear();
    power.off_after = power.actions;
    crash();
    dead.clear();
    api::DeploymentStatus open = status();
    open.operation->holder = std::move(holder);
    repository.overwrite_status(key, open);
    world.lines.clear();
    repository.forget_writes();
    operation = open.operation->id;
  }
  LeftOpen() : LeftOpen(in_pod()) {}

  static api::Holder in_pod() {
    return own_holder({.ns = kPod.ns, .name = kPod.name, .uid = "pod-1", .node = kNode},
                      WallTime{std::chrono::hours(400'000)});
  }
  void pod_is_there() { pods.pods[kPod] = {.uid = "pod-1", .containers = {{}}}; }
  void look_for(Duration time) { pass(time, std::chrono::seconds(5)); }
  [[nodiscard]] bool is_taken_over() const { return runs() == "2" && !status().operation; }

  std::string operation;
};

TEST(Takeover, OfAPodThatIsGoneFromAReadyNode) {
  LeftOpen bed;
  bed.pods.nodes[kNode] = {.ready = true};
  bed.work();
  EXPECT_TRUE(bed.is_taken_over());
  EXPECT_EQ(bed.ready(), "Succeeded");
  EXPECT_NE(bed.message("Ready").find("resumed"), std::string::npos) << bed.message("Ready");
}

TEST(Takeover, WaitsWhileThePodIsThereAndSaysForWhom) {
  LeftOpen bed;
  bed.pod_is_there();
  bed.look_for(std::chrono::minutes(5));
  EXPECT_TRUE(bed.world.lines.empty());
  EXPECT_EQ(bed.ready(), "Progressing");
  EXPECT_NE(bed.message("Ready").find("waits for operation " + bed.operation + " of system/one_"), std::string::npos);
  EXPECT_NE(bed.message("Ready").find("its Pod is there"), std::string::npos) << bed.message("Ready");
  EXPECT_EQ(bed.repository.status_writes(), 1U);
  EXPECT_TRUE(bed.logged("not proven to have ended"));
  bed.pods.pods.clear();
  bed.look_for(std::chrono::seconds(15));
  EXPECT_TRUE(bed.is_taken_over());
}

TEST(Takeover, WaitsForANodeThatIsNotReady) {
  LeftOpen bed;
  bed.pods.nodes[kNode] = {.ready = false};
  bed.look_for(std::chrono::minutes(5));
  EXPECT_TRUE(bed.world.lines.empty());
  EXPECT_NE(bed.message("Ready").find("Node node-1 is not Ready"), std::string::npos) << bed.message("Ready");
  bed.pods.nodes.clear();
  bed.look_for(std::chrono::seconds(15));
  EXPECT_TRUE(bed.is_taken_over());
}

TEST(Takeover, WithoutTheRightItWaitsAndNamesIt) {
  LeftOpen bed;
  bed.pods.pod_failure = fail(ErrorKind::Forbidden, "pods \"one\" is forbidden");
  bed.look_for(std::chrono::minutes(1));
  EXPECT_NE(bed.message("Ready").find("may not get pods in namespace system"), std::string::npos);
  bed.pods.pod_failure.reset();
  bed.pods.node_failure = fail(ErrorKind::Forbidden, "nodes \"node-1\" is forbidden");
  bed.look_for(std::chrono::minutes(1));
  EXPECT_NE(bed.message("Ready").find("may not get nodes"), std::string::npos) << bed.message("Ready");
  EXPECT_TRUE(bed.world.lines.empty());
}

TEST(Takeover, ClusterIsAskedOncePerLookHoweverManyObjectsWait) {
  LeftOpen bed;
  bed.pod_is_there();
  for (const char* name : {"a", "b", "c"}) {
    bed.repository.put(support::a_deployment().where([&](api::Deployment& object) {
      object.meta.key.name = name;
      object.status = bed.status();
    }));
  }
  bed.pass(std::chrono::seconds(95), std::chrono::seconds(5));
  EXPECT_LE(bed.pods.asked, 11U);
  EXPECT_GE(bed.pods.asked, 8U);
}

TEST(Takeover, NobodyIsAskedWhereNoOperationOfAnotherIsOpen) {
  EngineBed bed;
  bed.deploy("1");
  bed.pass(std::chrono::hours(1), std::chrono::minutes(1));
  EXPECT_EQ(bed.pods.asked, 0U);
}

TEST(Takeover, HolderOutsideAPodIsNotAskedFor) {
  LeftOpen bed(own_holder({}, WallTime{std::chrono::hours(400'000)}));
  bed.look_for(std::chrono::minutes(1));
  EXPECT_EQ(bed.pods.asked, 0U);
  EXPECT_NE(bed.message("Ready").find("only a controller on its machine"), std::string::npos) << bed.message("Ready");
}

TEST(Takeover, WaitsForAProcessThatCannotBeEnded) {  // fault P11
  LeftOpen bed;
  bed.pods.nodes[kNode] = {.ready = true};
  bed.survivors[bed.operation] = "process 7 (docker) of it still lives";
  bed.look_for(std::chrono::minutes(5));
  EXPECT_TRUE(bed.world.lines.empty());
  EXPECT_NE(bed.message("Ready").find("process 7 (docker) of it still lives"), std::string::npos);
  bed.survivors.clear();
  bed.look_for(std::chrono::seconds(15));
  EXPECT_TRUE(bed.is_taken_over());
}

TEST(Takeover, DirectoryOfAProcessThatCannotBeEndedStaysUntilItHas) {  // fault P11
  EngineBed bed;
  bed.world.hanging = {"start"};
  bed.deploy("1");
  bed.work();
  bed.world.hanging.clear();
  const std::string operation = bed.status().operation->id;
  bed.survivors[operation] = "process 7 (docker) of it still lives";
  bed.crash();
  bed.leave_work_directory(operation);
  bed.restart();
  bed.pass(std::chrono::minutes(1));
  EXPECT_EQ(bed.work_directories(), 1U);
  bed.survivors.clear();
  bed.pass(std::chrono::seconds(15));
  EXPECT_EQ(bed.runs(), "1");
  EXPECT_EQ(bed.work_directories(), 0U);
}

}  // namespace
}  // namespace deployctl::engine
