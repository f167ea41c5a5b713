#pragma once

// ports::ClusterAccess over the API server. Without `kubeConfig.secretRef` a tool acts as the controller itself: the
// kubeconfig names token and certificate files, so that a rotated token is picked up. With it, the kubeconfig of the
// Secret (key `value` or `kubeconfig`) is written anew from what was understood of it: exec plug-ins, file references
// and proxy-url in it are refused, because they would run programs or send the controller's own files to a host of
// somebody else's choice (faults A14, A15). One per process. One thread.

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "async/clock.hpp"
#include "kube/client.hpp"
#include "kube/config.hpp"
#include "kube/transport.hpp"
#include "ports/cluster_access.hpp"
#include "ports/references.hpp"

namespace deployctl::cluster {

/// The kubeconfig out of a Secret's values, as a checked configuration. Pure. Errors: DependencyNotReady (no such key),
/// Invalid.
Result<kube::Config> config_of_secret(const ports::KeyValues& values, const std::string& secret);

class KubeAccess final : public ports::ClusterAccess {
 public:
  /// Makes the way to another cluster; its identity is asked for once.
  using Connect = std::function<std::unique_ptr<kube::Transport>(const kube::Config&)>;
  /// A retry on that way, as kube::RetryObserver tells it.
  using Retried = std::function<void(const kube::Config&, const std::string& code, const std::string& verb)>;

  KubeAccess(kube::Client& own_client, Clock& clock, kube::Config own, Connect connect, Retried retried);

  Task<Result<ports::KubeAccess>> access(const api::Deployment& deployment, ports::References& references) override;

  /// uid of namespace kube-system of the controller's own cluster: the default installation id.
  Task<Result<std::string>> own_cluster_id();

 private:
  Task<Result<ports::KubeAccess>> from_secret(ports::References& references, ObjectKey dependent, std::string secret);

  kube::Client& own_client_;
  Clock& clock_;
  kube::Config own_;
  Connect connect_;
  Retried retried_;
  std::string own_id_;
  std::map<std::string, std::string> ids_;  ///< of other clusters, by hash of the kubeconfig
};

}  // namespace deployctl::cluster
