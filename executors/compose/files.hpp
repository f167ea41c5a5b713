#pragma once

// Which compose files a deployment consists of. Pure.

#include <optional>
#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::compose {

/// Paths relative to the source, in the order in which they are merged: spec's `files`, else compose.yaml, else
/// docker-compose.yml. Error: Invalid, naming the file that is missing.
Result<std::vector<std::string>> compose_files(const executors::Inputs& in);

/// A variable of the controller's own environment that the text of this file of the source would read. Invalid.
std::optional<Error> controllers_variable(const executors::Inputs& in, const std::string& file);

}  // namespace deployctl::compose
