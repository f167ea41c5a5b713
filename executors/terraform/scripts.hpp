#pragma once

// The procedures. Deploy: init, plan to a file, read it, ask a person where one has to be asked, apply that very file,
// read the outputs. Verify: the plan is empty. Destroy: the same with a plan that destroys.

#include "executors/executor.hpp"
#include "executors/script.hpp"

namespace deployctl::terraform {

/// `restricted`: what a module would have run here is refused (programs.hpp).
executors::Script deploy(executors::Inputs in, bool restricted, executors::ScriptContext& context);
executors::Script verify(executors::Inputs in, bool restricted, bool drift);
executors::Script destroy(executors::Inputs in, bool restricted);

}  // namespace deployctl::terraform
