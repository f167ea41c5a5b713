#pragma once

// One container of ours, by the docker command line (20.10 to 28; the classic builder, no plug-in needed). Old and new
// never run at once; the old one is kept, stopped, until the gate has passed, and is what a rollback starts again.
//
// Deploy:  look → build or pull → inspect image → create NAME_next → rename NAME to NAME-rN, policy `no`, stop → start.
//          Whatever fails or is interrupted after the first change puts the old one back, name and policy included.
// Settle:  rename NAME_next to NAME → remove what was kept.     Destroy: remove every container of ours.
// Verify:  it runs, stays up for two seconds, and its own HEALTHCHECK passes.
// Each begins with a look (by label and name) and plans from that alone, so it may be repeated after a crash at any
// point. A container without our labels is never touched. Old and new are told apart as scene.hpp says.

#include "executors/executor.hpp"

namespace deployctl::docker {

class DockerExecutor final : public executors::Executor {
 public:
  /// `restricted`: mounts of the host and its network are refused, also for kept revisions.
  explicit DockerExecutor(bool restricted = false) : restricted_(restricted) {}

  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  /// host: the daemon's endpoint; project: the container's name.
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  /// Rerun: every procedure begins with a look at what is there.
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  /// Of what it builds, an image stays for each kept revision.
  [[nodiscard]] bool asks_what_is_kept(const api::DeploymentSpec& spec) const override {
    return spec.docker && spec.docker->build;
  }
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;

 private:
  /// Invalid, naming the field.
  [[nodiscard]] std::optional<Error> refusal(const api::DeploymentSpec& spec) const;

  bool restricted_;
};

}  // namespace deployctl::docker
