#pragma once

// Members of a rendered project that stays JSON. Internal to this folder.

#include <string>

#include "base/strict_json.hpp"

namespace deployctl::compose {

/// The member, or null.
const Json& member(const Json& value, const char* name);
/// Empty when it is absent or no string.
std::string text(const Json& value, const char* name);

}  // namespace deployctl::compose
