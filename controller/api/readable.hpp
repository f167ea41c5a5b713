#pragma once

// What can be read of a spec that does not decode. Such an object is Stalled and nothing new is started for it, but it
// can be deleted, and then its deletionPolicy must count: Orphan keeps what was deployed.

#include "api/deployment.hpp"

namespace deployctl::api {

/// `type`, `deletionPolicy` and `suspend` where they can be read; everything else at its default.
DeploymentSpec readable_part(const Json& spec);

}  // namespace deployctl::api
