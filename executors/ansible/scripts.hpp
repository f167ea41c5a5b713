#pragma once

// The procedures of the ansible executor, each written as it reads.

#include <string>
#include <vector>

#include "executors/executor.hpp"
#include "executors/script.hpp"

namespace deployctl::ansible {

executors::Script deploy(executors::Inputs in, executors::ScriptContext& context);
executors::Script verify(executors::Inputs in, bool drift);
executors::Script destroy(executors::Inputs in);

/// What can be found out without connecting to a host: files, requirements, syntax. Fills `hosts`.
executors::Script prepare(executors::Inputs in, std::string field, std::string playbook,
                          std::vector<std::string>* hosts);

}  // namespace deployctl::ansible
