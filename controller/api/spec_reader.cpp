#include "api/spec_reader.hpp"

#include <limits>

namespace deployctl::api {
namespace {

constexpr std::size_t kShownBytes = 80;
/// Doubles hold every integer up to here.
constexpr double kExact = 9007199254740992.0;

std::optional<std::int64_t> integer_of(const Json& json) {
  if (json.is_number_unsigned()) {
    const auto number = json.get<std::uint64_t>();
    if (number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
    return static_cast<std::int64_t>(number);
  }
  if (json.is_number_integer()) return json.get<std::int64_t>();
  if (!json.is_number_float()) return std::nullopt;
  const auto number = json.get<double>();
  if (std::abs(number) > kExact || std::trunc(number) != number) return std::nullopt;
  return static_cast<std::int64_t>(number);
}

}  // namespace

bool SpecReader::read(const Json& json, std::string& out, const std::string& path) {
  if (!json.is_string()) return refuse(path, json, "expected text; put it in quotes");
  out = json.get_ref<const std::string&>();
  return true;
}

bool SpecReader::read(const Json& json, bool& out, const std::string& path) {
  if (!json.is_boolean()) return refuse(path, json, "expected true or false");
  out = json.get<bool>();
  return true;
}

bool SpecReader::read(const Json& json, std::int64_t& out, const std::string& path) {
  const auto number = integer_of(json);
  if (!number) return refuse(path, json, "expected a whole number");
  out = *number;
  return true;
}

bool SpecReader::read(const Json& json, Duration& out, const std::string& path) {
  std::string text;
  if (!read(json, text, path)) return false;
  auto duration = parse_duration(text);
  if (!duration) return refuse(path, duration.error().message);
  out = *duration;
  return true;
}

bool SpecReader::read(const Json& json, std::map<std::string, std::string>& out, const std::string& path) {
  if (!json.is_object()) return refuse(path, json, "expected an object of names and texts");
  out.clear();
  for (const auto& [name, value] : json.items()) {
    if (value.is_null()) continue;
    if (!read(value, out[name], path + "[" + cut(one_line(name), kShownBytes) + "]")) return false;
  }
  return true;
}

bool SpecReader::read(const Json& json, Require& out, const std::string& path) {
  if (json.is_number()) {
    out.kind = Require::Kind::Count;
    return read(json, out.count, path);
  }
  if (json == "All") {
    out = {.kind = Require::Kind::All};
  } else if (json == "Any") {
    out = {.kind = Require::Kind::Any};
  } else {
    return refuse(path, json, "must be All, Any or a number of checks");
  }
  return true;
}

bool SpecReader::refuse_unknown(const Json& object, const std::vector<std::string_view>& known,
                                const std::string& path) {
  for (const auto& [name, value] : object.items()) {
    if (std::ranges::find(known, name) == known.end()) {
      return refuse(path + "." + cut(one_line(name), kShownBytes), "unknown field; remove it or correct its name");
    }
  }
  return true;
}

bool SpecReader::refuse(const std::string& path, const Json& found, std::string_view why) {
  return refuse(path, std::string(why) + ", found " + cut(one_line(dump_json(found)), kShownBytes));
}

bool SpecReader::refuse(const std::string& path, std::string_view why) {
  if (problem_.empty()) problem_ = path + ": " + std::string(why);
  return false;
}

}  // namespace deployctl::api
