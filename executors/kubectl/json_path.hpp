#pragma once

// Reading Kubernetes objects that stay JSON: a member by its path, with a default when it is absent or of another type.

#include <initializer_list>
#include <string>
#include <string_view>

#include "base/strict_json.hpp"

namespace deployctl::kubectl {

using JsonPath = std::initializer_list<std::string_view>;

/// Null when a member on the way is missing.
const Json* member_at(const Json& object, JsonPath path);
std::string text_at(const Json& object, JsonPath path);
std::int64_t number_at(const Json& object, JsonPath path, std::int64_t otherwise = 0);

}  // namespace deployctl::kubectl
