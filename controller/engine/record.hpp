#pragma once

// The only place that writes the status: redacts it, sends it when it says something new, and tells events and metrics
// what changed. What it writes comes from next_status.

#include <string_view>
#include <vector>

#include "engine/next_status.hpp"
#include "engine/services.hpp"

namespace deployctl::engine {

/// The events of a change, at most one a condition: a reason that is new is told once. Pure.
std::vector<ports::Event> events_between(const api::DeploymentStatus& before, const api::DeploymentStatus& after);

/// Every text people can read, without secrets. Pure.
api::DeploymentStatus redacted(api::DeploymentStatus status, const SecretSet& secrets);

class Recorder {
 public:
  explicit Recorder(Services& services) : services_(services) {}

  /// The first write of an operation. Conflict: decide again on what is there now.
  Task<Result<void>> announce(api::Deployment seen, api::DeploymentStatus next);
  /// Any other write; nothing is sent when nothing changes.
  Task<Result<void>> write(api::Deployment seen, api::DeploymentStatus next);

 private:
  void tell(const api::Deployment& seen, const api::DeploymentStatus& next);
  /// Its file goes with the plan; one that could not be removed is replaced by the next.
  Task<void> let_go_of_plan(api::Deployment seen, bool waits_on);
  Services& services_;
};

}  // namespace deployctl::engine
