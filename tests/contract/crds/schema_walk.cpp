#include "schema_walk.hpp"

namespace deployctl::api {
namespace {

constexpr std::string_view kDurationPattern = R"re(^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$)re";

std::string shown(const Json& value) { return value.is_string() ? value.get<std::string>() : dump_json(value); }

}  // namespace

void SchemaWalk::compare_value(const Json& schema, const std::string&, const FieldRules& rules,
                               const std::string& path) {
  expect(schema.value("type", "") == "string", path, "is text");
  if (!rules.words.empty()) {
    Json words = Json::array();
    for (const std::string_view word : rules.words) words.push_back(word);
    return expect(schema.value("enum", Json()) == words, path, "has the words " + words.dump());
  }
  expect(rules.max_length > 0, path, "has a longest length in the table");
  compare_number(schema, "maxLength", rules.max_length, path);
  if (of_ == Of::Status) return;
  compare_number(schema, "minLength", rules.min_length, path);
  const std::string pattern(rules.format != nullptr ? rules.format->pattern : std::string_view());
  expect(schema.value("pattern", "") == pattern, path, "has the pattern " + pattern);
  expect(has_rule(schema, "!self.startsWith('-')") == rules.not_an_option, path, "may not begin with '-'");
  expect(has_rule(schema, "part == '..'") == rules.stays_inside, path, "stays inside");
}

void SchemaWalk::compare_value(const Json& schema, const std::map<std::string, std::string>&, const FieldRules& rules,
                               const std::string& path) {
  expect(schema.value("type", "") == "object", path, "is a map");
  compare_number(schema, "maxProperties", rules.max_items, path);
  compare_number(schema, "minProperties", rules.min_items, path);
  expect(has_rule(schema, "self.all(name, "), path, "has a rule for its names");
  compare_value(schema.value("additionalProperties", Json::object()), std::string(), rules, path + "[]");
}

void SchemaWalk::compare_value(const Json& schema, std::int64_t, const FieldRules& rules, const std::string& path) {
  expect(schema.value("type", "") == "integer", path, "is a whole number");
  if (of_ == Of::Status) return;
  expect(rules.maximum > 0, path, "has a greatest value in the table");
  expect(schema.value("minimum", Json()) == rules.minimum, path, "is at least " + std::to_string(rules.minimum));
  expect(schema.value("maximum", Json()) == rules.maximum, path, "is at most " + std::to_string(rules.maximum));
}

void SchemaWalk::compare_value(const Json& schema, bool, const FieldRules&, const std::string& path) {
  expect(schema.value("type", "") == "boolean", path, "is true or false");
}

void SchemaWalk::compare_value(const Json& schema, Duration, const FieldRules& rules, const std::string& path) {
  expect(schema.value("pattern", "") == kDurationPattern, path, "has the pattern of durations");
  compare_number(schema, "maxLength", 64, path);
  // "60s" and "1m0s" are one duration; the schema writes bounds in the smallest unit that fits.
  for (const std::string& shortest :
       {format_duration(rules.shortest), std::to_string(rules.shortest.count() / 1000) + "s"}) {
    if (has_rule(schema, "duration(self) >= duration('" + shortest + "')")) {
      return expect(has_rule(schema, "duration(self) <= duration('" + format_duration(rules.longest) + "')"), path,
                    "is at most " + format_duration(rules.longest));
    }
  }
  expect(false, path, "is at least " + format_duration(rules.shortest));
}

void SchemaWalk::compare_value(const Json& schema, WallTime, const FieldRules&, const std::string& path) {
  expect(schema.value("type", "") == "string" && schema.value("format", "") == "date-time", path, "is a time");
}

void SchemaWalk::compare_value(const Json& schema, const Json&, const FieldRules&, const std::string& path) {
  expect(schema.value("type", "") == "object" && schema.contains("properties"), path, "is an object with members");
}

void SchemaWalk::compare_value(const Json& schema, const Require&, const FieldRules& rules, const std::string& path) {
  expect(schema.value("x-kubernetes-int-or-string", false), path, "is a word or a number");
  expect(has_rule(schema, "self >= " + std::to_string(rules.minimum) + " && self <= " + std::to_string(rules.maximum)),
         path, "is in the bounds of the table");
}

void SchemaWalk::compare_default_json(const Json& schema, const Json& built_in, const std::string& path) {
  const bool is_scalar = built_in.is_primitive() && built_in != "";
  if (mergeable_ || !is_scalar) expect(!schema.contains("default"), path, "has no default");
  if (!is_scalar) return;
  if (mergeable_) {
    expect(schema.value("description", "").ends_with("Default: " + shown(built_in) + "."), path,
           "says \"Default: " + shown(built_in) + ".\" at the end of its description");
  } else {
    expect(schema.value("default", Json()) == built_in, path, "has the default " + shown(built_in));
  }
}

void SchemaWalk::compare_required(const Json& schema, std::vector<std::string> required, const std::string& path) {
  auto listed = schema.value("required", std::vector<std::string>{});
  std::ranges::sort(listed);
  std::ranges::sort(required);
  expect(listed == required, path, "requires " + Json(required).dump());
}

void SchemaWalk::compare_number(const Json& schema, const char* word, std::int64_t expected, const std::string& path) {
  expect(schema.value(word, std::int64_t{0}) == expected, path, std::string(word) + " is " + std::to_string(expected));
}

bool SchemaWalk::has_rule(const Json& schema, std::string_view text) {
  const Json rules = schema.value("x-kubernetes-validations", Json::array());
  return std::ranges::any_of(rules, [&](const Json& rule) {
    return rule.value("rule", "").contains(text) &&
           !(rule.value("message", "") + rule.value("messageExpression", "")).empty();
  });
}

void SchemaWalk::check_description(const Json& schema, const std::string& path) {
  const std::string text = schema.value("description", "");
  expect(text.size() > 5 && text.ends_with('.'), path, "has a description that is a sentence");
}

void SchemaWalk::expect(bool holds, const std::string& path, const std::string& what) {
  if (!holds) differences_.push_back(path + ": the schema differs from the table: " + what);
}

}  // namespace deployctl::api
