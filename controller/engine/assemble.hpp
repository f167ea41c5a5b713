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
/// `references`: the live ones; of a Destroy with the sealed copy behind them. `left_out`: of a removal, where ansible
/// credentials that are gone are named; else they are an error. It outlives the call.
Task<Result<executors::Inputs>> assemble_inputs(Services& services, ports::References& references,
                                                api::Deployment object, history::Snapshot snapshot,
                                                sources::ResolvedVariables variables, std::string id,
                                                std::vector<std::string>* left_out = nullptr);

/// The values of a kept revision: Pinned ones from it, Live ones read now. A removal leaves out what is gone; what
/// could be read at another time is waited for, for with other values it may remove something else.
Task<Result<sources::ResolvedVariables>> values_of(Services& services, ports::References& references, ObjectKey key,
                                                   history::Snapshot snapshot, sources::Missing missing);

/// `list` is "post" or "pre": spec.health.post, spec.health.pre.
Task<Result<std::vector<health::Check>>> prepare_checks(Services& services, ObjectKey key, std::string list,
                                                        std::vector<api::HealthCheck> checks,
                                                        std::map<std::string, std::string> env);

/// `step`: kPreHookStep or kPostHookStep.
Task<Result<std::vector<PreparedHook>>> prepare_hooks(Services& services, ObjectKey key, std::string step,
                                                      std::vector<api::Hook> hooks, executors::Inputs inputs);

}  // namespace deployctl::engine
