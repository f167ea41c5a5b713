#pragma once

// The value of one plain (unquoted) YAML scalar. YAML 1.2 core schema, and where kubectl's parser silently gives
// another number (0644 is octal there, 0b11 is binary) its reading, because two readings of one file mode are a hazard.
// Used by strict_yaml alone. Pure.

#include <string_view>

#include "base/strict_json.hpp"

namespace deployctl {

/// true, false, null, an integer, a float, else the text itself. Error: Invalid on numbers that no JSON number holds
/// (1e999, .inf, integers over 64 bits).
Result<Json> plain_yaml_scalar(std::string_view text);

}  // namespace deployctl
