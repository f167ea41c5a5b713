#include <gtest/gtest.h>

#include "kubectl/executor.hpp"
#include "kubectl/inventory.hpp"
#include "support/fake_kubectl.hpp"

namespace deployctl::kubectl {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using support::drive;
using support::FakeKubectl;

constexpr auto kConfigMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: page}\ndata: {a: b}\n";
constexpr auto kDeployment =
    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, generation: 1}\nspec: {replicas: 1, selector: "
    "{matchLabels: {app: web}}}\n";

Inputs inputs(std::map<std::string, std::string> files) {
  Inputs in;
  in.key = {"shop", "web"};
  in.installation = "cluster-1";
  in.spec.type = api::Type::Kubernetes;
  in.spec.kubernetes.emplace();
  in.spec.source.emplace();
  in.revision = 2;
  in.source_dir = "/op/src";
  in.work_dir = "/op";
  in.kubeconfig = "kind: Config";
  auto tree = std::make_shared<ports::SourceTree>();
  for (auto& [name, text] : files) (*tree)[name] = {.bytes = text};
  in.files = tree;
  return in;
}

void become_ready(Json& object) {
  if (object["kind"] != "Deployment") return;
  object["status"] = Json{{"observedGeneration", 1}, {"updatedReplicas", 1}, {"replicas", 1}, {"availableReplicas", 1}};
}

Json inventory_of(std::initializer_list<const char*> names) {
  std::vector<InventoryItem> items;
  for (const char* name : names) items.push_back({{"v1", "ConfigMap", "shop", name}, 1, false});
  return write_inventory(items);
}

Json ours(const std::string& name, const std::string& owner = "web") {
  return Json{{"apiVersion", "v1"},
              {"kind", "ConfigMap"},
              {"metadata",
               {{"name", name},
                {"namespace", "shop"},
                {"labels",
                 {{"deployctl.io/installation", "cluster-1"},
                  {"deployctl.io/namespace", "shop"},
                  {"deployctl.io/name", owner}}}}}};
}

TEST(KubectlDeploy, DryRunsAppliesWaitsAndRemembersWhatItOwns) {
  FakeKubectl kubectl;
  kubectl.controller = become_ready;
  auto procedure = KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}, {"b.yaml", kDeployment}}));
  const auto end = drive(*procedure, kubectl);
  ASSERT_TRUE(std::holds_alternative<Done>(end)) << std::get<Failed>(end).error.message;
  EXPECT_EQ(kubectl.steps, (std::vector<std::string>{"dry-run", "apply", "wait"}));
  EXPECT_EQ(kubectl.names(), (std::vector<std::string>{"ConfigMap shop/page", "Deployment shop/web"}));
  EXPECT_EQ(read_inventory(procedure->remembered().inventory).size(), 2U);
}

TEST(KubectlDeploy, TheInventoryIsKnownBeforeTheFirstStepWithAnEffect) {
  FakeKubectl kubectl;
  auto procedure = KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}}));
  auto next = procedure->next(nullptr);
  while (std::get<executors::Step>(next).effect == executors::Effect::None) {
    const auto result = kubectl.run(std::get<executors::Step>(next));
    next = procedure->next(&result);
  }
  EXPECT_EQ(read_inventory(procedure->remembered().inventory).size(), 1U);
}

// fault K4
TEST(KubectlDeploy, ARenderWithoutObjectsIsRefusedAndNothingIsPruned) {
  FakeKubectl kubectl;
  Inputs in = inputs({{"README.md", "nothing here"}});
  in.inventory = inventory_of({"page"});
  kubectl.objects["ConfigMap shop/page"] = ours("page");
  const auto end = drive(*KubectlExecutor().deploy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Invalid);
  EXPECT_TRUE(kubectl.steps.empty());
}

TEST(KubectlDeploy, PrunesWhatIsNoLongerDeclared) {
  FakeKubectl kubectl;
  Inputs in = inputs({{"a.yaml", kConfigMap}});
  in.inventory = inventory_of({"page", "old"});
  kubectl.objects["ConfigMap shop/old"] = ours("old");
  const auto end = drive(*KubectlExecutor().deploy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Done>(end));
  EXPECT_EQ(kubectl.names(), std::vector<std::string>{"ConfigMap shop/page"});
}

TEST(KubectlDeploy, NeverPrunesAnObjectThatLostOurLabels) {
  FakeKubectl kubectl;
  Inputs in = inputs({{"a.yaml", kConfigMap}});
  in.inventory = inventory_of({"old"});
  kubectl.objects["ConfigMap shop/old"] =
      Json{{"kind", "ConfigMap"}, {"apiVersion", "v1"}, {"metadata", {{"name", "old"}, {"namespace", "shop"}}}};
  drive(*KubectlExecutor().deploy(in), kubectl);
  EXPECT_TRUE(kubectl.objects.contains("ConfigMap shop/old"));
}

TEST(KubectlDeploy, PruneFalseLeavesEverything) {
  FakeKubectl kubectl;
  Inputs in = inputs({{"a.yaml", kConfigMap}});
  in.spec.kubernetes = api::Kubernetes{.prune = false};
  in.inventory = inventory_of({"old"});
  kubectl.objects["ConfigMap shop/old"] = ours("old");
  drive(*KubectlExecutor().deploy(in), kubectl);
  EXPECT_TRUE(kubectl.objects.contains("ConfigMap shop/old"));
}

TEST(KubectlDeploy, AnObjectOfAnotherDeploymentIsNotTakenOver) {
  FakeKubectl kubectl;
  kubectl.objects["ConfigMap shop/page"] = ours("page", "other");
  const auto procedure = KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}}));
  const auto end = drive(*procedure, kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Conflict);
  EXPECT_NE(std::get<Failed>(end).error.message.find("ConfigMap shop/page belongs to dctl shop/other"),
            std::string::npos);
  EXPECT_EQ(kubectl.objects.at("ConfigMap shop/page"), ours("page", "other"));
  EXPECT_EQ(kubectl.steps, (std::vector<std::string>{"dry-run", "look"}));
  EXPECT_TRUE(procedure->remembered().inventory.empty()) << "what is not ours must never be pruned";
}

TEST(KubectlDeploy, ForceTakesAnObjectOverFromAnotherDeployment) {
  FakeKubectl kubectl;
  kubectl.objects["ConfigMap shop/page"] = ours("page", "other");
  Inputs in = inputs({{"a.yaml", kConfigMap}});
  in.spec.kubernetes = api::Kubernetes{.force = true};
  ASSERT_TRUE(std::holds_alternative<Done>(drive(*KubectlExecutor().deploy(in), kubectl)));
  EXPECT_EQ(kubectl.objects.at("ConfigMap shop/page").at("metadata").at("labels").at("deployctl.io/name"), "web");
}

TEST(KubectlDeploy, ARollbackDoesNotTakeOverWhatAnotherDeploymentHasTakenMeanwhile) {
  FakeKubectl kubectl;
  kubectl.objects["ConfigMap shop/page"] = ours("page", "other");
  Inputs in = inputs({{"a.yaml", kConfigMap}});
  in.rollback = true;
  in.restored_revision = 1;
  in.inventory = inventory_of({"page"});
  const auto end = drive(*KubectlExecutor().deploy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Conflict);
}

TEST(KubectlDeploy, ObjectsThatDoNotExistYetAreNotLookedAt) {
  FakeKubectl kubectl;
  ASSERT_TRUE(
      std::holds_alternative<Done>(drive(*KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}})), kubectl)));
  EXPECT_FALSE(kubectl.ran("look"));
}

TEST(KubectlDeploy, WhatTheDryRunHadToLeaveOutIsLookedAtToo) {
  FakeKubectl kubectl;
  kubectl.objects["Deployment fresh/web"] = Json::parse(R"({"kind":"Deployment","apiVersion":"apps/v1","metadata":{
      "name":"web","namespace":"fresh","labels":{"deployctl.io/installation":"cluster-1","deployctl.io/namespace":"shop",
      "deployctl.io/name":"other"}}})");
  Inputs in = inputs({{"a.yaml",
                       "apiVersion: v1\nkind: Namespace\nmetadata: {name: fresh}\n---\n"
                       "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: fresh}\n"}});
  in.allow_cluster_scope = true;
  const auto end = drive(*KubectlExecutor().deploy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Conflict);
}

// fault K3
TEST(KubectlDeploy, AfterAHalfDoneApplyTheNextRunGoesOn) {
  FakeKubectl kubectl;
  int applies = 0;
  kubectl.intercept = [&](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name == "apply" && ++applies == 1)
      return support::step_exited(1, "", "Error from server (InternalError): oops");
    return std::nullopt;
  };
  const Inputs in = inputs({{"a.yaml", kConfigMap}});
  auto first = KubectlExecutor().deploy(in);
  ASSERT_TRUE(std::holds_alternative<Failed>(drive(*first, kubectl)));
  EXPECT_EQ(read_inventory(first->remembered().inventory).size(), 1U);
  EXPECT_TRUE(std::holds_alternative<Done>(drive(*KubectlExecutor().deploy(in), kubectl)));
}

TEST(KubectlDeploy, WhatTheServerRefusesInTheDryRunIsInvalidAndNothingWasApplied) {
  FakeKubectl kubectl;
  kubectl.intercept = [](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name == "dry-run") return support::step_exited(1, "", "The ConfigMap \"page\" is invalid: data: bad");
    return std::nullopt;
  };
  const auto end = drive(*KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}})), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::Invalid);
  EXPECT_TRUE(kubectl.objects.empty());
}

TEST(KubectlDeploy, ClusterScopedObjectsNeedTheSwitch) {
  FakeKubectl kubectl;
  Inputs in =
      inputs({{"a.yaml", "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: r}\n"}});
  const auto refused = drive(*KubectlExecutor().deploy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(refused));
  EXPECT_EQ(std::get<Failed>(refused).error.kind, ErrorKind::AccessDenied);
  EXPECT_FALSE(kubectl.ran("apply"));
  in.allow_cluster_scope = true;
  EXPECT_TRUE(std::holds_alternative<Done>(drive(*KubectlExecutor().deploy(in), kubectl)));
}

// fault K8
TEST(KubectlDeploy, DefinitionsAreAppliedAndEstablishedBeforeTheirCustomResources) {
  FakeKubectl kubectl;
  kubectl.controller = [](Json& object) {
    if (object["kind"] == "CustomResourceDefinition") {
      object["status"] = Json::parse(R"({"conditions":[{"type":"Established","status":"True"}]})");
    }
  };
  Inputs in = inputs(
      {{"a.yaml",
        "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: w}\n---\n"
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: widgets.example.com}\n"
        "spec: {group: example.com, names: {kind: Widget}}\n"}});
  in.allow_cluster_scope = true;
  ASSERT_TRUE(std::holds_alternative<Done>(drive(*KubectlExecutor().deploy(in), kubectl)));
  EXPECT_EQ(kubectl.steps, (std::vector<std::string>{"dry-run", "look", "apply-definitions", "wait", "apply", "wait"}));
}

TEST(KubectlDeploy, AWorkloadThatCannotBecomeReadyFailsWithThePodsReason) {
  FakeKubectl kubectl;
  kubectl.pods = Json::parse(R"({"kind":"PodList","items":[{"metadata":{"name":"web-1"},"status":{"containerStatuses":[
      {"name":"c","state":{"waiting":{"reason":"ErrImageNeverPull","message":"not present"}}}]}}]})");
  const auto end = drive(*KubectlExecutor().deploy(inputs({{"b.yaml", kDeployment}})), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::StepFailed);
  EXPECT_NE(std::get<Failed>(end).error.message.find("ErrImageNeverPull: not present"), std::string::npos);
}

// fault H1
TEST(KubectlDeploy, AHopelessPodOfTheReleaseBeforeThatGoesInAMomentDoesNotFailThisOne) {
  FakeKubectl kubectl;
  kubectl.pods = Json::parse(R"({"kind":"PodList","items":[{"metadata":{"name":"web-1"},"status":{"containerStatuses":[
      {"name":"c","state":{"waiting":{"reason":"ErrImageNeverPull","message":"not present"}}}]}}]})");
  const auto procedure = KubectlExecutor().deploy(inputs({{"b.yaml", kDeployment}}));
  auto next = procedure->next(nullptr);
  for (int looks = 0; !std::holds_alternative<Done>(next) && !std::holds_alternative<Failed>(next);) {
    if (const auto* step = std::get_if<executors::Step>(&next)) {
      const auto result = kubectl.run(*step);
      next = procedure->next(&result);
      continue;
    }
    if (++looks == 4) {
      kubectl.pods["items"] = Json::array();
      kubectl.objects.at("Deployment shop/web")["status"] = Json::parse(
          R"({"observedGeneration":1,"replicas":1,"updatedReplicas":1,"readyReplicas":1,"availableReplicas":1})");
    }
    next = procedure->next(nullptr);
  }
  EXPECT_TRUE(std::holds_alternative<Done>(next));
}

TEST(KubectlDeploy, RendersAKustomizationWhenThereIsOne) {
  FakeKubectl kubectl;
  kubectl.kustomize_output = kConfigMap;
  const auto end = drive(*KubectlExecutor().deploy(inputs({{"kustomization.yaml", "resources: []"}})), kubectl);
  ASSERT_TRUE(std::holds_alternative<Done>(end));
  EXPECT_EQ(kubectl.steps.front(), "render");
}

TEST(KubectlDeploy, ManifestsAndIdentityTravelInFilesAndNeverInArgv) {
  auto procedure = KubectlExecutor().deploy(inputs({{"a.yaml", kConfigMap}}));
  const auto next = procedure->next(nullptr);
  const auto& command = std::get<process::Command>(std::get<executors::Step>(next).work);
  EXPECT_EQ(command.argv, (std::vector<std::string>{
                              "kubectl", "apply", "--server-side", "--field-manager=deployment-orchestrator",
                              "--namespace=shop", "--filename=/op/objects.json", "--dry-run=server", "--output=json"}));
  EXPECT_EQ(command.env.at("KUBECONFIG"), "/op/kubeconfig");
}

TEST(KubectlVerify, AMissingObjectIsUnhealthy) {
  FakeKubectl kubectl;
  const auto end = drive(*KubectlExecutor().verify(inputs({{"a.yaml", kConfigMap}}), false), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.kind, ErrorKind::HealthCheckFailed);
  EXPECT_EQ(std::get<Failed>(end).error.message, "ConfigMap shop/page is missing");
}

TEST(KubectlVerify, DriftNamesWhatWasChangedOutside) {
  FakeKubectl kubectl;
  kubectl.objects["ConfigMap shop/page"] = ours("page");
  EXPECT_TRUE(
      std::holds_alternative<Done>(drive(*KubectlExecutor().verify(inputs({{"a.yaml", kConfigMap}}), true), kubectl)));
  kubectl.diff_output = "diff -u -N /t/LIVE-1/v1.ConfigMap.shop.page /t/MERGED-2/v1.ConfigMap.shop.page\n";
  const auto end = drive(*KubectlExecutor().verify(inputs({{"a.yaml", kConfigMap}}), true), kubectl);
  ASSERT_TRUE(std::holds_alternative<Failed>(end));
  EXPECT_EQ(std::get<Failed>(end).error.message, "changed outside: ConfigMap shop/page");
}

TEST(KubectlDestroy, RemovesOursOnceAndHasNothingToDoTheSecondTime) {
  FakeKubectl kubectl;
  kubectl.objects["ConfigMap shop/page"] = ours("page");
  Inputs in = inputs({});
  in.inventory = inventory_of({"page"});
  ASSERT_TRUE(std::holds_alternative<Done>(drive(*KubectlExecutor().destroy(in), kubectl)));
  EXPECT_TRUE(kubectl.objects.empty());
  const auto again = drive(*KubectlExecutor().destroy(in), kubectl);
  ASSERT_TRUE(std::holds_alternative<Done>(again));
  EXPECT_EQ(std::get<Done>(again).message, "nothing to remove");
}

}  // namespace
}  // namespace deployctl::kubectl
