#pragma once

// The identity and target with which a Kubernetes tool acts for one object. Fake: support/fake_cluster_access.

#include <optional>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "async/asio.hpp"
#include "base/result.hpp"
#include "ports/references.hpp"

namespace deployctl::ports {

struct KubeAccess {
  std::string kubeconfig;  ///< text for a 0600 file; the controller's own identity by tokenFile, never an embedded
                           ///< token that expires
  std::string cluster_id;  ///< uid of namespace kube-system of the cluster it leads to; empty when it may not be read
  bool own_identity =
      true;  ///< the controller's own rights: then only the object's namespace, unless --allow-cluster-scope
  std::vector<std::string> secret_values;  ///< the credentials in it, for redaction
};

class ClusterAccess {
 public:
  virtual ~ClusterAccess() = default;
  /// `kubeConfig.secretRef`, read through `references`, wins. Errors: DependencyNotReady (Secret missing), Invalid
  /// (exec plug-in or file paths in it), ExecutorUnavailable (no cluster to act on).
  virtual Task<Result<KubeAccess>> access(const api::Deployment& deployment, References& references) = 0;
};

}  // namespace deployctl::ports
