#pragma once

// What the tools, hooks and checks of one revision get: directory, values, credentials. Live values are read now.
// Errors are those of sources/ and ports/: all of the surroundings, or Invalid. Cancelling throws operation_aborted.

#include <string>
#include <vector>

#include "engine/operation.hpp"
#include "engine/services.hpp"
#include "executors/executor.hpp"
#include "health/check.hpp"
#include "history/snapshot.hpp"
#include "sources/variables.hpp"

namespace deployctl::engine {

/// Makes the directory `id` and everything an executor may know of `snapshot`. `variables` as resolved now.
/// `references`: the live ones; of a Destroy with the sealed copy behind them. `bare`: a
/// removal; ansible credentials that are gone are left out.
Task<Result<executors::Inputs>> assemble_inputs(Services& services, ports::References& references,
                                                api::Deployment object, history::Snapshot snapshot,
                                                sources::ResolvedVariables variables, std::string id,
                                                bool bare = false);

/// The values of a kept revision: Pinned ones from it, Live ones read now. `bare`: what cannot be read is left out.
Task<Result<sources::ResolvedVariables>> values_of(Services& services, ports::References& references, ObjectKey key,
                                                   history::Snapshot snapshot, bool bare);

/// `list` is "post" or "pre": spec.health.post, spec.health.pre.
Task<Result<std::vector<health::Check>>> prepare_checks(Services& services, ObjectKey key, std::string list,
                                                        std::vector<api::HealthCheck> checks,
                                                        std::map<std::string, std::string> env);

/// `step`: kPreHookStep or kPostHookStep.
Task<Result<std::vector<PreparedHook>>> prepare_hooks(Services& services, ObjectKey key, std::string step,
                                                      std::vector<api::Hook> hooks, executors::Inputs inputs);

}  // namespace deployctl::engine
