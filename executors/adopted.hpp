#pragma once

// What stood there before a Deployment did anything: its lines in the inventory say `adopted`, from its first operation
// on. It is deployed over, and destroyed with the object, but a release that never served does not take it along
// (Inputs::spare_adopted). Used by the executors whose inventory has no form of its own. Pure.

#include <string>
#include <string_view>

#include "base/strict_json.hpp"

namespace deployctl::executors {

/// One line. What `before`, the inventory of the operation, says of the same thing is kept; for what it does not know,
/// `was_there` decides.
Json inventory_line(std::string_view kind, const std::string& name, const Json& before, bool was_there);

/// Whether the line of that thing says so; false without such a line.
bool is_adopted(const Json& inventory, std::string_view kind, const std::string& name);

/// Whether there is a line of that thing.
bool is_listed(const Json& inventory, std::string_view kind, const std::string& name);

}  // namespace deployctl::executors
