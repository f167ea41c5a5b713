#pragma once

// Conditions as Kubernetes users and kstatus read them. lastTransitionTime moves only when the status of a condition
// changes.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "api/status.hpp"

namespace deployctl::api {

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type);
bool is_true(const std::vector<Condition>& conditions, std::string_view type);

/// One line of at most `max_bytes`; one that had to be cut ends by saying that the rest is in the log.
std::string bounded_message(std::string_view message, std::size_t max_bytes);

/// Adds or replaces the condition of `next.type`; keeps the old lastTransitionTime when the status is the same. The
/// message is made one line and cut to 1 KiB.
void set_condition(std::vector<Condition>& conditions, Condition next);
void remove_condition(std::vector<Condition>& conditions, std::string_view type);

}  // namespace deployctl::api
