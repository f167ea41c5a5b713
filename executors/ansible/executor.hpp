#pragma once

// One playbook by ansible-playbook: roles and collections it requires, a look at its syntax and hosts, the run, the
// recap per host. What runs on hosts ends with the run: without pipelining a host's shell hangs up when its connection
// goes, and no connection outlives the run. There is no inverse of a playbook but the one the user writes.

#include "executors/executor.hpp"

namespace deployctl::ansible {

class AnsibleExecutor final : public executors::Executor {
 public:
  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  /// Nowhere in particular: the inventory says where, and may grow and shrink.
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  /// Without `drift` there is nothing to ask: a playbook leaves nothing that runs. With it, the playbook runs with
  /// --check.
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  /// Rerun, as after a failure: the run of before has been stopped, and what it did on hosts ended with its
  /// connections.
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;
};

}  // namespace deployctl::ansible
