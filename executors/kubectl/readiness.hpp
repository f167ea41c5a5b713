#pragma once

// Whether a live object has become what it declares, read from its status. The rules are those of kubectl's rollout
// status and of kstatus (sigs.k8s.io/cli-utils), for the kinds that run something; every other kind is ready once it
// exists. Pure.

#include <optional>
#include <string>

#include "base/strict_json.hpp"

namespace deployctl::kubectl {

enum class Readiness { Ready, InProgress, Failed };

struct ReadinessReport {
  Readiness state = Readiness::Ready;
  std::string message;  ///< "Deployment shop/web: 1 of 3 updated replicas are available"
  bool operator==(const ReadinessReport&) const = default;
};

/// Of a Deployment, StatefulSet, DaemonSet, Job, Pod, CustomResourceDefinition or Namespace; Ready for any other kind.
ReadinessReport readiness_of(const Json& object);

/// True for kinds whose readiness has to be looked at after an apply.
bool is_waited_for(const Json& object);

/// Why pods do not become ready, from a PodList: image, crash loop, configuration, unschedulable; nothing when they
/// show no reason.
struct PodTrouble {
  std::string message;
  bool hopeless = false;  ///< waiting longer will not help: image never pulled by policy, bad image name, third crash
  bool operator==(const PodTrouble&) const = default;
};
/// A hopeless trouble wins over others.
std::optional<PodTrouble> trouble_of(const Json& pod_list);

/// "a=b,c=d" of spec.selector.matchLabels; nothing when the object selects in another way.
std::optional<std::string> pod_selector(const Json& workload);

}  // namespace deployctl::kubectl
