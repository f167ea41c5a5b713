#pragma once

// From a spec to what it asks for: validated, its references read, its digest known. No tool runs. What comes out is
// kept in memory until the generation or a reference changes.

#include <optional>
#include <string>

#include "engine/observation.hpp"
#include "engine/services.hpp"
#include "sources/variables.hpp"

namespace deployctl::engine {

struct Resolution {
  Desired desired;
  // With desired.error these are empty.
  api::DeploymentSpec spec;  ///< ${version} replaced
  sources::FetchedSource source;
  sources::ResolvedVariables variables;
  api::Target target;
  std::string hmac_key;
};

/// `before`: the resolution until now, for what made it differ and how often it failed in a row. Cancelling throws
/// operation_aborted.
Task<Resolution> resolve(Services& services, api::Deployment object, std::optional<Desired> before,
                         std::string reconcile_token);

/// The rules of a spec that need no reading: shape, what this version does not act on, where what may run. Errors:
/// Invalid, AccessDenied.
Result<void> accept(const Services& services, const api::Deployment& object);

}  // namespace deployctl::engine
