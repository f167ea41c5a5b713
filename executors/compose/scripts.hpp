#pragma once

// The procedures of the compose executor, each written as it reads. Parts that several share fill what their pointer
// arguments name; those live in the frame of the script that awaits the part.

#include "compose/scene.hpp"
#include "docker/command_line.hpp"
#include "executors/script.hpp"

namespace deployctl::compose {

executors::Script deploy(executors::Inputs in, bool restricted, executors::ScriptContext& context);
executors::Script settle(executors::Inputs in);
executors::Script verify(executors::Inputs in, bool drift);
executors::Script destroy(executors::Inputs in);

/// Fills `scene` with what is there now of the project.
executors::Script look(executors::Inputs in, docker::Purpose purpose, Scene* scene);
/// Fails as `kind` with `message` and the last line the container printed, which mostly tells why.
executors::Script explain(executors::Inputs in, ErrorKind kind, std::string message, std::string id);

}  // namespace deployctl::compose
