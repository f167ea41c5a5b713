#pragma once

// The files of a source below `spec.path`, with paths relative to it: executors::Inputs::files. Pure.

#include <string_view>

#include "base/result.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::sources {

/// Error: Invalid, when `path` is not plain or no file is below it.
Result<ports::SourceTree> subtree(const ports::SourceTree& source, std::string_view path);

}  // namespace deployctl::sources
