#pragma once

// ports::ClusterAccess that always gives the same answer.

#include <string>

#include "ports/cluster_access.hpp"

namespace deployctl::support {

class FakeClusterAccess final : public ports::ClusterAccess {
 public:
  Result<ports::KubeAccess> answer = ports::KubeAccess{
      .kubeconfig = "{\"kind\":\"Config\"}", .cluster_id = "cluster-1", .own_identity = true, .secret_values = {}};

  Task<Result<ports::KubeAccess>> access(const api::Deployment& /*deployment*/,
                                         ports::References& /*references*/) override {
    co_return answer;
  }
};

}  // namespace deployctl::support
