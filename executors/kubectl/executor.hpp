#pragma once

// Kubernetes manifests by kubectl: render, server-side dry run, server-side apply, wait until current, prune from our
// own inventory. Everything it removes was applied by it before and still carries its labels.

#include "executors/executor.hpp"

namespace deployctl::kubectl {

class KubectlExecutor final : public executors::Executor {
 public:
  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  /// host: the cluster's id; ns: the namespace.
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  /// Rerun: apply and prune may be repeated at any point.
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;
};

}  // namespace deployctl::kubectl
