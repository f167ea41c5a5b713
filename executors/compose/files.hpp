#pragma once

// Which compose files a deployment consists of. Pure.

#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::compose {

/// Paths relative to the source, in the order in which they are merged: spec's `files`, else compose.yaml, else
/// docker-compose.yml. Error: Invalid, naming the file that is missing, or a variable of the controller's own
/// environment that one of them would read.
Result<std::vector<std::string>> compose_files(const executors::Inputs& in);

}  // namespace deployctl::compose
