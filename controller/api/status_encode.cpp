#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/conditions.hpp"
#include "api/status.hpp"
#include "api/status_fields.hpp"
#include "api/words.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"

namespace deployctl::api {
namespace {

template <Described T>
Json write(const T& value, const FieldRules&);

Json write(const std::string& value, const FieldRules& rules) {
  const auto most = static_cast<std::size_t>(rules.max_length);
  return rules.format != nullptr ? bounded_message(value, most)
                                 : cut(valid_utf8(std::string_view(value).substr(0, most + 4)), most);
}
Json write(bool value, const FieldRules&) { return value; }
Json write(std::int64_t value, const FieldRules&) { return value; }
Json write(WallTime value, const FieldRules&) { return format_rfc3339(value); }
template <Worded Enum>
Json write(Enum value, const FieldRules&) {
  return word_of(value);
}
template <class T>
Json write(const std::optional<T>& value, const FieldRules& rules) {
  return value ? write(*value, rules) : Json();
}
template <class T>
Json write(const std::vector<T>& values, const FieldRules& rules) {
  Json out = Json::array();
  for (const T& value : values) {
    if (std::ssize(out) >= rules.max_items) break;
    out.push_back(write(value, FieldRules{.format = rules.format, .max_length = rules.max_length}));
  }
  return out;
}

/// What people would otherwise compute.
void add_derived(const HistoryEntry& entry, Json& out) {
  if (entry.finished_at > entry.started_at)
    out["duration"] = format_duration(std::chrono::floor<std::chrono::seconds>(entry.finished_at) -
                                      std::chrono::floor<std::chrono::seconds>(entry.started_at));
}
void add_derived(const DeploymentStatus& status, Json& out) { out["observedGeneration"] = status.observed_generation; }
void add_derived(const auto&, Json&) {}

template <Described T>
Json write(const T& value, const FieldRules&) {
  static const T kDefaults{};
  Json out = Json::object();
  Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
    if (rules.required || value.*member != kDefaults.*member) out[std::string(name)] = write(value.*member, rules);
  });
  add_derived(value, out);
  return out;
}

void drop_oldest_entries(Json& status) {
  const auto history = status.find("history");
  if (history == status.end()) return;
  std::size_t bytes = dump_json(status).size();
  while (bytes > limits::kStatusBytes && !history->empty()) {
    bytes -= dump_json(history->back()).size() + 1;
    history->erase(history->size() - 1);
  }
}

}  // namespace

std::string_view to_string(OperationKind kind) { return word_of(kind); }
std::string_view to_string(HistoryResult result) { return word_of(result); }

Json encode_status(const DeploymentStatus& status) {
  Json out = write(status, {});
  drop_oldest_entries(out);
  return out;
}

}  // namespace deployctl::api
