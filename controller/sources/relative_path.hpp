#pragma once

// Paths that users write, made plain before anything opens them. This is for good messages; what really contains a path
// is the descriptor-based opening in contained.hpp.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl::sources {

/// "a/b" from "./a//b/"; empty from "." and "". Error: Invalid with `field` first, for absolute paths, "..", control
/// characters, and names or paths longer than a file system takes.
Result<std::string> relative_path(std::string_view field, std::string_view text);

}  // namespace deployctl::sources
