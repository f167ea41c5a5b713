#pragma once

// The procedures of the docker executor, each written as it reads. Parts that several share fill what their pointer
// arguments name; those live in the frame of the script that awaits the part.

#include "docker/commands.hpp"
#include "docker/scene.hpp"
#include "executors/executor.hpp"
#include "executors/script.hpp"

namespace deployctl::docker {

executors::Script deploy(executors::Inputs in, executors::ScriptContext& context);
executors::Script settle(executors::Inputs in);
executors::Script verify(executors::Inputs in, bool drift);
executors::Script destroy(executors::Inputs in);

/// Fills `scene` with what is there now.
executors::Script look(executors::Inputs in, Purpose purpose, Scene* scene);
/// Back to the state before an unsettled release: the new container goes, the kept one gets its policy, runs, and has
/// its name again. Nothing to do: Done at once. Begins with a look of its own, so that it may follow an interruption.
executors::Script restore(executors::Inputs in, Purpose purpose, Scene* scene);

}  // namespace deployctl::docker
