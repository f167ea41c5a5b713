#pragma once

// Terraform and OpenTofu modules: a plan is saved and that plan applied. The state lives where the module says, or in a
// Secret in the object's namespace. A rollback is a plan of the earlier revision's module; what it must not do by
// itself waits for a person (api.md section 4).

#include "executors/executor.hpp"

namespace deployctl::terraform {

class TerraformExecutor final : public executors::Executor {
 public:
  /// `restricted`: modules that run programs of their own here are refused, also those of kept revisions
  /// (programs.hpp).
  explicit TerraformExecutor(bool restricted = false) : restricted_(restricted) {}
  /// Var files stand inside the source; backendConfigSecretRef needs a backend of the module's own.
  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  /// ns: the object's; workspace: backend and workspace.
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  /// Nothing: what is superfluous went with the plan.
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  /// UnlockThenRerun: the next run begins with a plan, which shows how far the dead one came.
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  [[nodiscard]] bool asks_for_approval() const override { return true; }
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;

 private:
  bool restricted_;
};

}  // namespace deployctl::terraform
