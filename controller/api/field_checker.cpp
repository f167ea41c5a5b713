#include "api/field_checker.hpp"

#include "api/paths.hpp"
#include "base/text.hpp"

namespace deployctl::api {
namespace {

std::string joined(std::span<const std::string_view> words) {
  std::string text;
  for (const std::string_view word : words) text += (text.empty() ? "" : ", ") + std::string(word);
  return text;
}

/// As the schema writes it: "60s", not "1m".
std::string bound(Duration duration) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(duration);
  return seconds == std::chrono::minutes(1) ? std::to_string(seconds.count()) + "s" : format_duration(duration);
}

}  // namespace

bool FieldChecker::check_count(std::size_t count, const FieldRules& rules, const std::string& path) {
  if (rules.max_items > 0 && count > static_cast<std::size_t>(rules.max_items)) {
    problems_.add(path, "has " + std::to_string(count) + " items, more than " + std::to_string(rules.max_items));
    return false;
  }
  return true;
}

void FieldChecker::check(const std::vector<std::string>& values, const FieldRules& rules, const std::string& path) {
  if (!check_count(values.size(), rules, path)) return;
  const bool is_command = rules.min_items > 0;
  FieldRules each = rules;
  for (std::size_t i = 0; i < values.size(); ++i) {
    each.not_an_option = rules.not_an_option && (i == 0 || !is_command);
    check(values[i], each, path + "[" + std::to_string(i) + "]");
  }
}

void FieldChecker::check(const std::map<std::string, std::string>& values, const FieldRules& rules,
                         const std::string& path) {
  if (!check_count(values.size(), rules, path)) return;
  if (rules.min_items > 0 && values.empty()) problems_.add(path, "must not be empty");
  for (const auto& [name, value] : values) {
    const std::string here = path + "[" + cut(one_line(name), 80) + "]";
    if (rules.keys != nullptr && !(rules.keys->accepts(name) && name.size() <= 128))
      problems_.add(path, name, rules.keys->expected);
    check(value, rules, here);
  }
}

void FieldChecker::check(const std::string& value, const FieldRules& rules, const std::string& path) {
  const auto length = static_cast<std::int64_t>(code_points(value));
  if (rules.max_length > 0 && length > rules.max_length) {
    problems_.add(path, "has " + std::to_string(length) + " characters, more than " + std::to_string(rules.max_length));
    return;
  }
  if (length < rules.min_length) return problems_.add(path, "must not be empty");
  if (!rules.words.empty() && std::ranges::find(rules.words, value) == rules.words.end())
    return problems_.add(path, value, "must be one of " + joined(rules.words));
  if (rules.not_an_option && value.starts_with('-'))
    return problems_.add(path, value, "must not begin with '-', a tool would read it as an option");
  if (rules.format != nullptr && !rules.format->accepts(value)) problems_.add(path, value, rules.format->expected);
  if (rules.stays_inside && !stays_inside(value)) problems_.add(path, value, "must be a relative path without '..'");
}

void FieldChecker::check(std::int64_t value, const FieldRules& rules, const std::string& path) {
  if (rules.maximum == 0 || (value >= rules.minimum && value <= rules.maximum)) return;
  problems_.add(path, std::to_string(value),
                "must be from " + std::to_string(rules.minimum) + " to " + std::to_string(rules.maximum));
}

void FieldChecker::check(Duration value, const FieldRules& rules, const std::string& path) {
  if (value >= rules.shortest && value <= rules.longest) return;
  problems_.add(path, format_duration(value), "must be from " + bound(rules.shortest) + " to " + bound(rules.longest));
}

void FieldChecker::check(const Require& value, const FieldRules& rules, const std::string& path) {
  if (value.kind == Require::Kind::Count) check(value.count, rules, path);
}

}  // namespace deployctl::api
