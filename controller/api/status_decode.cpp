#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/status.hpp"
#include "api/status_fields.hpp"
#include "api/words.hpp"

namespace deployctl::api {
namespace {

// Each reader says whether it could read; if not, the value is left as it was.

bool read_value(const Json& json, std::string& out) {
  if (!json.is_string()) return false;
  out = json.get_ref<const std::string&>();
  return true;
}
bool read_value(const Json& json, bool& out) {
  if (!json.is_boolean()) return false;
  out = json.get<bool>();
  return true;
}
bool read_value(const Json& json, std::int64_t& out) {
  if (!json.is_number_integer()) return false;
  if (json.is_number_unsigned() && json.get<std::uint64_t>() > std::uint64_t{INT64_MAX}) return false;
  out = json.get<std::int64_t>();
  return true;
}
bool read_value(const Json& json, WallTime& out) {
  const auto time = json.is_string() ? parse_rfc3339(json.get_ref<const std::string&>()) : std::nullopt;
  if (time) out = *time;
  return time.has_value();
}
template <Worded Enum>
bool read_value(const Json& json, Enum& out) {
  const auto word = json.is_string() ? parse_word<Enum>(json.get_ref<const std::string&>()) : std::nullopt;
  if (word) out = *word;
  return word.has_value();
}

template <Described T>
bool read_value(const Json& json, T& out);

template <class T>
bool read_value(const Json& json, std::optional<T>& out) {
  T value{};
  if (!read_value(json, value)) return false;
  out = std::move(value);
  return true;
}

template <class T>
bool read_member(const Json& json, T& out, const FieldRules&) {
  return read_value(json, out);
}
template <class T>
bool read_member(const Json& json, std::vector<T>& out, const FieldRules& rules) {
  if (!json.is_array()) return false;
  for (const Json& item : json) {
    if (std::ssize(out) >= rules.max_items) break;
    T value{};
    if (read_value(item, value)) out.push_back(std::move(value));
  }
  return true;
}

template <Described T>
bool read_value(const Json& json, T& out) {
  if (!json.is_object()) return false;
  T value{};
  bool usable = true;
  Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
    const auto found = json.find(name);
    const bool could = found != json.end() && read_member(*found, value.*member, rules);
    usable = usable && (could || !rules.required);
  });
  if (usable) out = std::move(value);
  return usable;
}

}  // namespace

DeploymentStatus decode_status(const Json& status) {
  DeploymentStatus decoded;
  read_value(status, decoded);
  return decoded;
}

}  // namespace deployctl::api
