#pragma once

// ports::Pods over the API server: one GET each, nothing is kept. What a status leaves out or says in another shape is
// taken as not said. One per process. One thread.

#include "base/strict_json.hpp"
#include "kube/client.hpp"
#include "ports/pods.hpp"

namespace deployctl::cluster {

/// Pure: what a Pod's and a Node's JSON say.
ports::PodSeen pod_seen(const Json& pod);
ports::NodeSeen node_seen(const Json& node);

class KubePods final : public ports::Pods {
 public:
  explicit KubePods(kube::Client& client) : client_(client) {}

  Task<Result<std::optional<ports::PodSeen>>> pod(ObjectKey key) override;
  Task<Result<std::optional<ports::NodeSeen>>> node(std::string name) override;

 private:
  kube::Client& client_;
};

}  // namespace deployctl::cluster
