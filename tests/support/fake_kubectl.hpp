#pragma once

// A small API server behind kubectl's command line: it reads argv and the objects file, keeps objects in memory and
// prints what kubectl prints. Used to run the kubectl procedures without a process. Faults are injected by step name.

#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "executors/procedure.hpp"

namespace deployctl::support {

class FakeKubectl {
 public:
  /// "Kind namespace/name" to object.
  std::map<std::string, Json> objects;
  /// Every step that ran, by name.
  std::vector<std::string> steps;
  /// Asked before a step runs; a result given here is the step's result instead.
  std::function<std::optional<executors::StepResult>(const executors::Step&)> intercept;
  /// Kinds that have no namespace.
  std::set<std::string> cluster_kinds = {"Namespace", "CustomResourceDefinition", "ClusterRole"};
  /// Called with an object just applied, to give it the status its controller would.
  std::function<void(Json&)> controller;
  /// What `kubectl kustomize` prints.
  std::string kustomize_output;
  /// What `kubectl get pods` prints.
  Json pods = {{"kind", "PodList"}, {"items", Json::array()}};
  std::string diff_output;

  executors::StepResult run(const executors::Step& step);
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool ran(const std::string& step) const;

 private:
  [[nodiscard]] std::string key_of(const Json& object, const std::string& ns) const;
};

executors::StepResult step_exited(int code, std::string out = {}, std::string err = {});

/// Drives a procedure to its end with the fake; Pauses are stepped over, at most `max_pauses` of them (then the test
/// fails).
executors::Next drive(executors::Procedure& procedure, FakeKubectl& kubectl, int max_pauses = 20);

}  // namespace deployctl::support
