#include "kubectl/readiness.hpp"

#include <array>
#include <string_view>

#include "base/text.hpp"
#include "kubectl/inventory.hpp"
#include "kubectl/json_path.hpp"

namespace deployctl::kubectl {
namespace {

constexpr std::int64_t kHopelessRestarts = 3;
constexpr std::size_t kReasonBytes = 300;

const Json* condition(const Json& object, std::string_view type) {
  const Json* conditions = member_at(object, {"status", "conditions"});
  if (conditions == nullptr || !conditions->is_array()) return nullptr;
  for (const Json& each : *conditions) {
    if (text_at(each, {"type"}) == type) return &each;
  }
  return nullptr;
}

bool is_true(const Json* found) { return found != nullptr && text_at(*found, {"status"}) == "True"; }

ReadinessReport waiting(const Json& object, const std::string& why) {
  return {Readiness::InProgress, id_of(object).str() + ": " + why};
}
ReadinessReport failed(const Json& object, const std::string& why) {
  return {Readiness::Failed, id_of(object).str() + ": " + why};
}
std::string of(std::int64_t part, std::int64_t whole, std::string_view what) {
  return std::to_string(part) + " of " + std::to_string(whole) + " " + std::string(what);
}

bool is_stale(const Json& object) {
  return number_at(object, {"status", "observedGeneration"}) < number_at(object, {"metadata", "generation"});
}
constexpr auto kNotSeen = "the change has not been seen by its controller";

ReadinessReport deployment(const Json& object) {
  if (is_stale(object)) return waiting(object, kNotSeen);
  const Json* progressing = condition(object, "Progressing");
  if (progressing != nullptr && text_at(*progressing, {"reason"}) == "ProgressDeadlineExceeded") {
    return failed(object, "the rollout made no progress within its progressDeadlineSeconds");
  }
  const std::int64_t wanted = number_at(object, {"spec", "replicas"}, 1);
  const std::int64_t updated = number_at(object, {"status", "updatedReplicas"});
  if (updated < wanted) return waiting(object, of(updated, wanted, "replicas are updated"));
  const std::int64_t all = number_at(object, {"status", "replicas"});
  if (all > updated) return waiting(object, of(all - updated, all, "replicas are old and still there"));
  const std::int64_t available = number_at(object, {"status", "availableReplicas"});
  if (available < updated) return waiting(object, of(available, updated, "updated replicas are available"));
  return {};
}

ReadinessReport stateful_set(const Json& object) {
  if (is_stale(object)) return waiting(object, kNotSeen);
  const std::int64_t wanted = number_at(object, {"spec", "replicas"}, 1);
  const std::int64_t ready = number_at(object, {"status", "readyReplicas"});
  if (ready < wanted) return waiting(object, of(ready, wanted, "replicas are ready"));
  if (text_at(object, {"spec", "updateStrategy", "type"}) == "OnDelete") return {};
  const std::int64_t partition = number_at(object, {"spec", "updateStrategy", "rollingUpdate", "partition"});
  const std::int64_t updated = number_at(object, {"status", "updatedReplicas"});
  const bool same = text_at(object, {"status", "updateRevision"}) == text_at(object, {"status", "currentRevision"});
  if (updated < wanted - partition || (partition == 0 && !same)) {
    return waiting(object, of(updated, wanted - partition, "replicas are updated"));
  }
  return {};
}

ReadinessReport daemon_set(const Json& object) {
  if (is_stale(object)) return waiting(object, kNotSeen);
  const std::int64_t wanted = number_at(object, {"status", "desiredNumberScheduled"});
  const std::int64_t updated = number_at(object, {"status", "updatedNumberScheduled"});
  if (updated < wanted && text_at(object, {"spec", "updateStrategy", "type"}) != "OnDelete") {
    return waiting(object, of(updated, wanted, "pods are updated"));
  }
  const std::int64_t available = number_at(object, {"status", "numberAvailable"});
  if (available < wanted) return waiting(object, of(available, wanted, "pods are available"));
  return {};
}

ReadinessReport job(const Json& object) {
  if (const Json* bad = condition(object, "Failed"); is_true(bad)) {
    return failed(object, "the job failed: " + cut(one_line(text_at(*bad, {"message"})), kReasonBytes));
  }
  if (is_true(condition(object, "Complete")) || is_true(condition(object, "Suspended"))) return {};
  const std::int64_t wanted = number_at(object, {"spec", "completions"}, 1);
  return waiting(object, of(number_at(object, {"status", "succeeded"}), wanted, "completions are done"));
}

ReadinessReport pod(const Json& object) {
  const std::string phase = text_at(object, {"status", "phase"});
  if (phase == "Succeeded" || is_true(condition(object, "Ready"))) return {};
  if (phase == "Failed") {
    return failed(object, "the pod failed: " + cut(one_line(text_at(object, {"status", "message"})), kReasonBytes));
  }
  return waiting(object, "the pod is not ready");
}

ReadinessReport custom_resource_definition(const Json& object) {
  if (is_true(condition(object, "Established"))) return {};
  const Json* names = condition(object, "NamesAccepted");
  if (names != nullptr && text_at(*names, {"status"}) == "False") {
    return failed(object, cut(one_line(text_at(*names, {"message"})), kReasonBytes));
  }
  return waiting(object, "not established yet");
}

ReadinessReport name_space(const Json& object) {
  if (text_at(object, {"status", "phase"}) == "Terminating") return waiting(object, "the namespace is being removed");
  return {};
}

using Rule = ReadinessReport (*)(const Json&);
struct KindRule {
  std::string_view group;
  std::string_view kind;
  Rule rule;
};
constexpr std::array kRules = {
    KindRule{"apps", "Deployment", deployment},
    KindRule{"apps", "StatefulSet", stateful_set},
    KindRule{"apps", "DaemonSet", daemon_set},
    KindRule{"batch", "Job", job},
    KindRule{"", "Pod", pod},
    KindRule{"", "Namespace", name_space},
    KindRule{"apiextensions.k8s.io", "CustomResourceDefinition", custom_resource_definition}};

Rule rule_of(const Json& object) {
  const ObjectId id = id_of(object);
  for (const KindRule& each : kRules) {
    if (each.group == id.group() && each.kind == id.kind) return each.rule;
  }
  return nullptr;
}

std::string crash_words(const Json& status) {
  const Json* last = member_at(status, {"lastState", "terminated"});
  std::string words = "restarts again and again (" + std::to_string(number_at(status, {"restartCount"})) + " restarts)";
  if (last != nullptr) words += ", last exit code " + std::to_string(number_at(*last, {"exitCode"}));
  if (last != nullptr && text_at(*last, {"reason"}) == "OOMKilled") words += " (out of memory)";
  return words;
}

std::optional<PodTrouble> container_trouble(const std::string& pod_name, const Json& status) {
  const std::string where = "pod " + pod_name + ", container " + text_at(status, {"name"}) + ": ";
  const std::string reason = text_at(status, {"state", "waiting", "reason"});
  const std::int64_t restarts = number_at(status, {"restartCount"});
  if (reason == "CrashLoopBackOff" || (restarts > 0 && member_at(status, {"lastState", "terminated"}) != nullptr)) {
    return PodTrouble{where + crash_words(status), restarts >= kHopelessRestarts};
  }
  if (reason.empty() || reason == "ContainerCreating" || reason == "PodInitializing") return std::nullopt;
  const std::string message = cut(one_line(text_at(status, {"state", "waiting", "message"})), kReasonBytes);
  const bool hopeless = reason == "ErrImageNeverPull" || reason == "InvalidImageName";
  return PodTrouble{where + reason + (message.empty() ? "" : ": " + message), hopeless};
}

std::optional<PodTrouble> pod_trouble(const Json& each) {
  const std::string name = text_at(each, {"metadata", "name"});
  std::optional<PodTrouble> first;
  for (const std::string_view list : {"initContainerStatuses", "containerStatuses"}) {
    const Json* statuses = member_at(each, {"status", list});
    if (statuses == nullptr || !statuses->is_array()) continue;
    for (const Json& status : *statuses) {
      auto trouble = container_trouble(name, status);
      if (trouble && (!first || trouble->hopeless)) first = std::move(trouble);
    }
  }
  if (first) return first;
  const Json* scheduled = condition(each, "PodScheduled");
  if (scheduled != nullptr && text_at(*scheduled, {"reason"}) == "Unschedulable") {
    return PodTrouble{
        "pod " + name + " cannot be scheduled: " + cut(one_line(text_at(*scheduled, {"message"})), kReasonBytes),
        false};
  }
  return std::nullopt;
}

}  // namespace

ReadinessReport readiness_of(const Json& object) {
  const Rule rule = rule_of(object);
  return rule == nullptr ? ReadinessReport{} : rule(object);
}

bool is_waited_for(const Json& object) { return rule_of(object) != nullptr; }

std::optional<PodTrouble> trouble_of(const Json& pod_list) {
  const Json* items = member_at(pod_list, {"items"});
  if (items == nullptr || !items->is_array()) return std::nullopt;
  std::optional<PodTrouble> first;
  for (const Json& each : *items) {
    if (!text_at(each, {"metadata", "deletionTimestamp"}).empty()) continue;  // it goes: what replaces it counts
    auto trouble = pod_trouble(each);
    if (trouble && (!first || (trouble->hopeless && !first->hopeless))) first = std::move(trouble);
  }
  return first;
}

std::optional<std::string> pod_selector(const Json& workload) {
  const Json* labels = member_at(workload, {"spec", "selector", "matchLabels"});
  if (labels == nullptr || !labels->is_object() || labels->empty()) return std::nullopt;
  std::string selector;
  for (const auto& [name, value] : labels->items()) {
    if (!value.is_string()) return std::nullopt;
    selector += (selector.empty() ? "" : ",") + name + "=" + value.get<std::string>();
  }
  return selector;
}

}  // namespace deployctl::kubectl
