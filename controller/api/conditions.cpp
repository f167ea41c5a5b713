#include "api/conditions.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"
#include "base/text.hpp"

namespace deployctl::api {

const Condition* find_condition(const std::vector<Condition>& conditions, std::string_view type) {
  const auto found = std::ranges::find(conditions, type, &Condition::type);
  return found == conditions.end() ? nullptr : &*found;
}

bool is_true(const std::vector<Condition>& conditions, std::string_view type) {
  const Condition* found = find_condition(conditions, type);
  return found != nullptr && found->status == ConditionStatus::True;
}

std::string bounded_message(std::string_view message, std::size_t max_bytes) {
  constexpr std::string_view kRest = " (the rest is in the log)";
  // Enough to fill a line whatever is left out of it; a tool may have said megabytes.
  const std::string_view begin = message.substr(0, 8 * max_bytes);
  std::string line = one_line(begin);
  if (begin.size() == message.size() && line.size() <= max_bytes) return line;
  if (line.size() + kRest.size() > max_bytes) line = cut(line, max_bytes - kRest.size());
  return line + std::string(kRest);
}

void set_condition(std::vector<Condition>& conditions, Condition next) {
  next.message = bounded_message(next.message, limits::kConditionMessageBytes);
  const auto found = std::ranges::find(conditions, next.type, &Condition::type);
  if (found == conditions.end()) {
    conditions.push_back(std::move(next));
    return;
  }
  if (found->status == next.status) next.last_transition_time = found->last_transition_time;
  *found = std::move(next);
}

void remove_condition(std::vector<Condition>& conditions, std::string_view type) {
  std::erase_if(conditions, [type](const Condition& condition) { return condition.type == type; });
}

}  // namespace deployctl::api
