#pragma once

// The kubectl executor against the API server in memory.

#include "executor_contract.hpp"
#include "kubectl/executor.hpp"
#include "kubectl/inventory.hpp"
#include "support/fake_kubectl.hpp"

namespace deployctl::contract {

class KubectlWorld final : public World {
 public:
  KubectlWorld() {
    kubectl_.controller = [](Json& object) {
      if (object["kind"] != "Deployment") return;
      object["status"] =
          Json{{"observedGeneration", 1}, {"updatedReplicas", 1}, {"replicas", 1}, {"availableReplicas", 1}};
    };
  }

  [[nodiscard]] const executors::Executor& executor() const override { return executor_; }

  /// Each release has a page, a workload, a password, and one object that only it has.
  [[nodiscard]] executors::Inputs release(int number, int previous) const override {
    executors::Inputs in;
    in.key = {"shop", "web"};
    in.uid = "uid-1";
    in.installation = "cluster-1";
    in.spec.type = api::Type::Kubernetes;
    in.spec.source.emplace();
    in.spec.kubernetes.emplace();
    in.spec.kubernetes->substitute = true;
    in.revision = number;
    in.previous_revision = previous;
    in.digest = "digest-" + std::to_string(number);
    in.source_dir = "/op/src";
    in.work_dir = "/op";
    in.variables = {{"PASSWORD", kCanary}};
    in.files = std::make_shared<ports::SourceTree>(files(number));
    // As the engine does: what serves, united with what may have been left half-way.
    in.inventory = inventory(number);
    return in;
  }

  executors::StepResult run(const executors::Step& step) override { return kubectl_.run(step); }

  [[nodiscard]] std::string state() const override {
    Json all = Json::object();
    for (const auto& [key, object] : kubectl_.objects) {
      all[key] = object;
      all[key]["metadata"].erase("resourceVersion");
    }
    return all.dump(1);
  }

 private:
  static ports::SourceTree files(int number) {
    const std::string release = std::to_string(number);
    return {
        {"page.yaml",
         {.bytes = "{apiVersion: v1, kind: ConfigMap, metadata: {name: page}, data: {v: r" + release + "}}"}},
        {"only.yaml", {.bytes = "{apiVersion: v1, kind: ConfigMap, metadata: {name: only-" + release + "}}"}},
        {"secret.yaml",
         {.bytes = "{apiVersion: v1, kind: Secret, metadata: {name: login}, stringData: {p: \"${PASSWORD}\"}}"}},
        {"web.yaml",
         {.bytes =
              "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, generation: 1}, spec: {replicas: 1}}"}}};
  }

  static Json inventory(int number) {
    std::vector<kubectl::InventoryItem> items = {{{"v1", "Secret", "shop", "login"}, 1, false},
                                                 {{"v1", "ConfigMap", "shop", "page"}, 1, false},
                                                 {{"apps/v1", "Deployment", "shop", "web"}, 1, false}};
    for (int each = 1; each <= number; ++each) {
      items.push_back({{"v1", "ConfigMap", "shop", "only-" + std::to_string(each)}, each, false});
    }
    return kubectl::write_inventory(items);
  }

  kubectl::KubectlExecutor executor_;
  support::FakeKubectl kubectl_;
};

inline Subject kubectl_subject() {
  return {"Kubectl", [] { return std::make_unique<KubectlWorld>(); }};
}

}  // namespace deployctl::contract
