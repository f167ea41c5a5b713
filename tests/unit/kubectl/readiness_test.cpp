#include "kubectl/readiness.hpp"

#include <gtest/gtest.h>

namespace deployctl::kubectl {
namespace {

Json workload(const char* kind, const char* spec, const char* status) {
  return Json{{"apiVersion", "apps/v1"},
              {"kind", kind},
              {"metadata", {{"name", "web"}, {"namespace", "shop"}, {"generation", 2}}},
              {"spec", Json::parse(spec)},
              {"status", Json::parse(status)}};
}

TEST(Readiness, DeploymentWaitsUntilItsControllerHasSeenTheChange) {
  const auto report =
      readiness_of(workload("Deployment", R"({"replicas":1})",
                            R"({"observedGeneration":1,"updatedReplicas":1,"replicas":1,"availableReplicas":1})"));
  EXPECT_EQ(report.state, Readiness::InProgress);
  EXPECT_EQ(report.message, "Deployment shop/web: the change has not been seen by its controller");
}

TEST(Readiness, DeploymentIsReadyWhenAllUpdatedReplicasAreAvailableAndOldOnesAreGone) {
  const auto at = [](const char* status) {
    return readiness_of(workload("Deployment", R"({"replicas":2})", status)).state;
  };
  EXPECT_EQ(at(R"({"observedGeneration":2,"updatedReplicas":1,"replicas":2,"availableReplicas":2})"),
            Readiness::InProgress);
  EXPECT_EQ(at(R"({"observedGeneration":2,"updatedReplicas":2,"replicas":3,"availableReplicas":2})"),
            Readiness::InProgress);
  EXPECT_EQ(at(R"({"observedGeneration":2,"updatedReplicas":2,"replicas":2,"availableReplicas":1})"),
            Readiness::InProgress);
  EXPECT_EQ(at(R"({"observedGeneration":2,"updatedReplicas":2,"replicas":2,"availableReplicas":2})"), Readiness::Ready);
}

TEST(Readiness, DeploymentFailsWhenItsProgressDeadlineIsExceeded) {
  const auto report = readiness_of(workload(
      "Deployment", R"({"replicas":1})",
      R"({"observedGeneration":2,"conditions":[{"type":"Progressing","status":"False","reason":"ProgressDeadlineExceeded"}]})"));
  EXPECT_EQ(report.state, Readiness::Failed);
}

TEST(Readiness, StatefulSetWaitsForItsUpdateRevision) {
  const auto at = [](const char* spec, const char* status) {
    return readiness_of(workload("StatefulSet", spec, status)).state;
  };
  EXPECT_EQ(
      at(R"({"replicas":2})",
         R"({"observedGeneration":2,"readyReplicas":2,"updatedReplicas":1,"currentRevision":"a","updateRevision":"b"})"),
      Readiness::InProgress);
  EXPECT_EQ(
      at(R"({"replicas":2})",
         R"({"observedGeneration":2,"readyReplicas":2,"updatedReplicas":2,"currentRevision":"b","updateRevision":"b"})"),
      Readiness::Ready);
  EXPECT_EQ(
      at(R"({"replicas":2,"updateStrategy":{"rollingUpdate":{"partition":1}}})",
         R"({"observedGeneration":2,"readyReplicas":2,"updatedReplicas":1,"currentRevision":"a","updateRevision":"b"})"),
      Readiness::Ready);
}

TEST(Readiness, DaemonSetWaitsForUpdatedAndAvailablePods) {
  const auto at = [](const char* status) { return readiness_of(workload("DaemonSet", "{}", status)).state; };
  EXPECT_EQ(at(R"({"observedGeneration":2,"desiredNumberScheduled":2,"updatedNumberScheduled":1,"numberAvailable":2})"),
            Readiness::InProgress);
  EXPECT_EQ(at(R"({"observedGeneration":2,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":1})"),
            Readiness::InProgress);
  EXPECT_EQ(at(R"({"observedGeneration":2,"desiredNumberScheduled":2,"updatedNumberScheduled":2,"numberAvailable":2})"),
            Readiness::Ready);
}

TEST(Readiness, JobAndPodAreReadByTheirConditions) {
  Json job = workload("Job", "{}", R"({"conditions":[{"type":"Failed","status":"True","message":"limit\nreached"}]})");
  job["apiVersion"] = "batch/v1";
  EXPECT_EQ(readiness_of(job).message, "Job shop/web: the job failed: limit reached");
  job["status"] = Json::parse(R"({"conditions":[{"type":"Complete","status":"True"}]})");
  EXPECT_EQ(readiness_of(job).state, Readiness::Ready);
  Json pod = workload("Pod", "{}", R"({"phase":"Running"})");
  pod["apiVersion"] = "v1";
  EXPECT_EQ(readiness_of(pod).state, Readiness::InProgress);
  pod["status"] = Json::parse(R"({"phase":"Running","conditions":[{"type":"Ready","status":"True"}]})");
  EXPECT_EQ(readiness_of(pod).state, Readiness::Ready);
}

TEST(Readiness, ForeignDeploymentKindIsNotMistakenForTheWorkload) {
  Json ours = workload("Deployment", "{}", "{}");
  ours["apiVersion"] = "deployctl.io/v1alpha1";
  EXPECT_FALSE(is_waited_for(ours));
  EXPECT_EQ(readiness_of(ours).state, Readiness::Ready);
}

Json pods(const char* container_status) {
  Json status = Json::object();
  status["containerStatuses"] = Json::array({Json::parse(container_status)});
  return Json{{"kind", "PodList"},
              {"items", Json::array({Json{{"metadata", {{"name", "web-1"}}}, {"status", status}}})}};
}

TEST(PodTrouble, TellsImageCrashLoopAndScheduling) {
  const auto image =
      trouble_of(pods(R"({"name":"c","state":{"waiting":{"reason":"ImagePullBackOff","message":"no such tag"}}})"));
  ASSERT_TRUE(image);
  EXPECT_EQ(image->message, "pod web-1, container c: ImagePullBackOff: no such tag");
  EXPECT_FALSE(image->hopeless);

  const auto crash = trouble_of(pods(
      R"({"name":"c","restartCount":3,"state":{"waiting":{"reason":"CrashLoopBackOff"}},"lastState":{"terminated":{"exitCode":7}}})"));
  ASSERT_TRUE(crash);
  EXPECT_EQ(crash->message, "pod web-1, container c: restarts again and again (3 restarts), last exit code 7");
  EXPECT_TRUE(crash->hopeless);

  Json unschedulable{{"items", Json::array({Json::parse(R"({"metadata":{"name":"web-1"},"status":{"conditions":[
      {"type":"PodScheduled","status":"False","reason":"Unschedulable","message":"0/1 nodes"}]}})")})}};
  ASSERT_TRUE(trouble_of(unschedulable));
  EXPECT_EQ(trouble_of(unschedulable)->message, "pod web-1 cannot be scheduled: 0/1 nodes");
}

TEST(PodTrouble, IsNothingWhileContainersAreBeingCreated) {
  EXPECT_FALSE(trouble_of(pods(R"({"name":"c","restartCount":0,"state":{"waiting":{"reason":"ContainerCreating"}}})")));
  EXPECT_FALSE(trouble_of(Json::array()));
}

TEST(PodTrouble, OfAPodThatIsBeingDeletedIsNobodys) {
  Json list = pods(R"({"name":"c","state":{"waiting":{"reason":"ErrImageNeverPull","message":"m"}}})");
  list["items"][0]["metadata"]["deletionTimestamp"] = "2026-01-01T00:00:00Z";
  EXPECT_FALSE(trouble_of(list));
}

TEST(PodTrouble, AnImageThatIsNeverPulledIsHopeless) {
  const auto trouble =
      trouble_of(pods(R"({"name":"c","state":{"waiting":{"reason":"ErrImageNeverPull","message":"m"}}})"));
  ASSERT_TRUE(trouble);
  EXPECT_TRUE(trouble->hopeless);
}

}  // namespace
}  // namespace deployctl::kubectl
