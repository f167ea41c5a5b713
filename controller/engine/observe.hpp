#pragma once

// From the object and what this process remembers of it to what decide() looks at. Pure.

#include "api/deployment.hpp"
#include "engine/observation.hpp"
#include "engine/run.hpp"

namespace deployctl::engine {

/// What does not belong to one object.
struct Surroundings {
  SeenHolder holder;
  bool slot_free = true;
  WallTime started{};
};

/// Nobody has written it yet, or somebody emptied it: it may hide an earlier life of the object. Conditions alone only
/// say why nothing could be begun.
bool is_empty(const api::DeploymentStatus& status);

Observation observe(const api::Deployment& object, const ObjectRun& run, const Surroundings& around);

}  // namespace deployctl::engine
