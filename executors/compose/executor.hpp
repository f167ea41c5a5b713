#pragma once

// One compose project of ours, by docker-compose 2 and the docker command line. Compose replaces what changed and
// leaves the rest running; that it runs exactly the images of a revision is our doing.
//
// Deploy:  look → refuse what rendering would read outside the source → render, refuse → pinned images are there, else
//          build, pull → hash → keep images no registry knows → up, detached, waiting.
// Settle:  let go of kept images whose revision is not kept any more.
// Verify:  every service of the release runs from its pinned image and configuration, stays up for two seconds, and its
//          own healthcheck passes; one that another waits for may have ended well.
// Destroy: down (named volumes stay), then kept and built images.
// Each begins with a look and may be repeated after a crash at any point: compose converges. A project that holds a
// container without our labels is never touched.

#include "executors/executor.hpp"

namespace deployctl::compose {

class ComposeExecutor final : public executors::Executor {
 public:
  /// `restricted`: projects that reach out of their containers are refused (refusals.hpp).
  explicit ComposeExecutor(bool restricted = false) : restricted_(restricted) {}

  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  /// host: the daemon's endpoint; project: the project's name.
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  /// Rerun: compose converges from whatever is there.
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;
  /// Bind mounts of files of the source outlive the operation.
  [[nodiscard]] bool keeps_source() const override { return true; }

 private:
  bool restricted_;
};

}  // namespace deployctl::compose
