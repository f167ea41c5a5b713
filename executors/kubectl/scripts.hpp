#pragma once

// The procedures of the kubectl executor, each written as it reads. Parts that several share fill what their pointer
// arguments name; those live in the frame of the script that awaits the part.

#include <vector>

#include "executors/executor.hpp"
#include "executors/script.hpp"
#include "kubectl/inventory.hpp"

namespace deployctl::kubectl {

executors::Script deploy(executors::Inputs in, executors::ScriptContext& context);
executors::Script verify(executors::Inputs in, bool drift);
executors::Script destroy(executors::Inputs in);

/// Fills `objects` with what the source renders to: substituted, checked, labelled, in the order of apply.
executors::Script render(executors::Inputs in, std::vector<Json>* objects);
/// Returns when all of `objects` that run something are as they declare; Failed when one cannot become so.
executors::Script wait_until_ready(executors::Inputs in, std::vector<Json> objects);
/// Removes those of `ids` that are there and carry our labels.
executors::Script remove_ours(executors::Inputs in, std::string step, std::vector<ObjectId> ids);

}  // namespace deployctl::kubectl
