#pragma once

// The one decoder of JSON that came from outside: size, depth and duplicate keys are checked before anything walks the
// tree (nlohmann keeps the last of two equal keys, has no depth limit, and crashes copying 60 000 levels: measured).

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl {

using Json = nlohmann::json;

struct JsonLimits {
  std::size_t max_bytes = 4U * 1024 * 1024;
  std::size_t max_depth = 100;
  std::size_t max_nodes = 500'000;
};

/// Error: Invalid, naming the position and the rule (duplicate key "x", nested deeper than N, number out of range…).
Result<Json> parse_json(std::string_view text, const JsonLimits& limits = {});

/// Compact text; invalid UTF-8 is replaced, never thrown about.
std::string dump_json(const Json& value);

}  // namespace deployctl
