#pragma once

// Digests that must not be begun again by themselves: they failed as a release, or were cancelled. An entry counts only
// with the gate it failed under, so another digest and a changed gate pass without being asked; `force-at` lifts it.
// Pure functions over the status.

#include <string_view>

#include "api/status.hpp"

namespace deployctl::history {

/// The entry that holds this digest under this gate back; null when it may begin.
const api::Quarantine* find_quarantine(const api::DeploymentStatus& status, std::string_view digest,
                                       std::string_view gate);
bool is_quarantined(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate);

/// Newest first, one entry a digest, at most api::limits::kQuarantined: the oldest goes.
void add_quarantine(api::DeploymentStatus& status, api::Quarantine entry);

/// Forgets the digest, whatever its gate: on a force request, and when it succeeded after all. True if it was there.
bool lift_quarantine(api::DeploymentStatus& status, std::string_view digest);

}  // namespace deployctl::history
