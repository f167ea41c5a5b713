#pragma once

// ports::Pods in memory: what a test puts there is there. Counts how often it is asked.

#include <map>
#include <optional>
#include <string>

#include "ports/pods.hpp"

namespace deployctl::support {

class FakePods final : public ports::Pods {
 public:
  std::map<ObjectKey, ports::PodSeen> pods;
  std::map<std::string, ports::NodeSeen> nodes;
  /// Answered instead while set.
  std::optional<Error> pod_failure, node_failure;
  std::size_t asked = 0;

  Task<Result<std::optional<ports::PodSeen>>> pod(ObjectKey key) override {
    ++asked;
    if (pod_failure) co_return *pod_failure;
    const auto found = pods.find(key);
    co_return found == pods.end() ? std::nullopt : std::optional(found->second);
  }
  Task<Result<std::optional<ports::NodeSeen>>> node(std::string name) override {
    ++asked;
    if (node_failure) co_return *node_failure;
    const auto found = nodes.find(name);
    co_return found == nodes.end() ? std::nullopt : std::optional(found->second);
  }
};

}  // namespace deployctl::support
