#pragma once

// Walks the table of fields beside a schema of crds/ and collects every difference, each with its path. Built-in values
// of what an Environment may default stand in the description ("Default: 5s."), all others in the schema.

#include <algorithm>
#include <concepts>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/spec_fields.hpp"
#include "api/spec_writer.hpp"
#include "api/status_fields.hpp"
#include "base/strict_json.hpp"

namespace deployctl::api {

class SchemaWalk {
 public:
  enum class Of { Spec, Status };
  explicit SchemaWalk(Of of) : of_(of) {}

  [[nodiscard]] const std::vector<std::string>& differences() const { return differences_; }

  template <Described T>
  void compare(const Json& schema, const std::string& path) {
    static const T kDefaults{};
    expect(schema.value("type", "") == "object", path, "is an object");
    const Json properties = schema.value("properties", Json::object());
    std::vector<std::string> names;
    std::vector<std::string> required;
    Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
      names.emplace_back(name);
      if (rules.required) required.emplace_back(name);
      const std::string here = path + "." + std::string(name);
      const auto property = properties.find(name);
      if (property == properties.end()) return expect(false, here, "is in the schema");
      compare_member(*property, kDefaults.*member, rules, here, is_mergeable(name));
    });
    for (const auto& [name, property] : properties.items()) {
      expect(std::ranges::find(names, name) != names.end() || is_free(path, name), path + "." + name,
             "is in the table");
      check_description(property, path + "." + name);
    }
    compare_required(schema, required, path);
  }

 private:
  /// What an Environment may default, at any depth.
  static bool is_mergeable(std::string_view name) {
    static constexpr std::string_view kBlocks[] = {"health",  "rollback", "approval", "retry",
                                                   "timeout", "hooks",    "host",     "kubeConfig"};
    return std::ranges::find(kBlocks, name) != std::ranges::end(kBlocks);
  }
  /// Written beside the table.
  [[nodiscard]] bool is_free(const std::string& path, const std::string& name) const {
    return of_ == Of::Status && path.ends_with("history[]") && name == "duration";
  }

  template <class T>
  void compare_member(const Json& schema, const T& built_in, const FieldRules& rules, const std::string& path,
                      bool mergeable) {
    const bool before = mergeable_;
    mergeable_ = mergeable_ || mergeable;
    if (!rules.inside.empty()) {
      const Json inner = schema.value("properties", Json::object()).value(std::string(rules.inside), Json::object());
      compare_value(inner, built_in, rules, path + "." + std::string(rules.inside));
    } else {
      compare_value(schema, built_in, rules, path);
    }
    if (of_ == Of::Spec && !rules.required) compare_default(schema, built_in, path);
    mergeable_ = before;
  }

  template <class T>
  void compare_value(const Json& schema, const std::optional<T>&, const FieldRules& rules, const std::string& path) {
    compare_value(schema, T{}, rules, path);
  }
  template <Described T>
  void compare_value(const Json& schema, const T&, const FieldRules&, const std::string& path) {
    compare<T>(schema, path);
  }
  template <class T>
  void compare_value(const Json& schema, const std::vector<T>&, const FieldRules& rules, const std::string& path) {
    expect(schema.value("type", "") == "array", path, "is a list");
    compare_number(schema, "maxItems", rules.max_items, path);
    compare_number(schema, "minItems", rules.min_items, path);
    const bool unique = schema.value("x-kubernetes-list-type", "") == "map";
    if (of_ == Of::Spec) expect(unique == rules.unique_names, path, "has items that differ in name");
    FieldRules each = rules;
    if (rules.min_items > 0) {
      expect(has_rule(schema, "!self[0].startsWith('-')"), path, "refuses a program that begins with '-'");
      each.not_an_option = false;
    }
    const Json items = schema.value("items", Json::object());
    check_description(items, path + "[]");
    compare_value(items, T{}, each, path + "[]");
  }
  template <Worded Enum>
  void compare_value(const Json& schema, const Enum&, const FieldRules&, const std::string& path) {
    Json words = Json::array();
    for (const auto& [value, word] : Words<Enum>::list) words.push_back(word);
    expect(schema.value("enum", Json()) == words, path, "has the words " + words.dump());
  }
  void compare_value(const Json& schema, const std::string&, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, const std::map<std::string, std::string>&, const FieldRules& rules,
                     const std::string& path);
  void compare_value(const Json& schema, std::int64_t, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, bool, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, Duration, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, WallTime, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, const Json&, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, const Require&, const FieldRules& rules, const std::string& path);
  void compare_value(const Json& schema, const CommandCheck&, const FieldRules& rules, const std::string& path) {
    compare_value(schema, std::vector<std::string>{}, rules, path);
  }

  template <class T>
  void compare_default(const Json& schema, const std::optional<T>&, const std::string& path) {
    expect(!schema.contains("default"), path, "has no default");
  }
  template <class T>
  void compare_default(const Json& schema, const T& built_in, const std::string& path) {
    if constexpr (Worded<T> || std::same_as<T, std::string> || std::same_as<T, bool> || std::same_as<T, std::int64_t> ||
                  std::same_as<T, Duration> || std::same_as<T, Require>) {
      compare_default_json(schema, SpecWriter(Form::People).write(built_in), path);
    } else {
      expect(!schema.contains("default"), path, "has no default");
    }
  }
  void compare_default_json(const Json& schema, const Json& built_in, const std::string& path);
  void compare_required(const Json& schema, std::vector<std::string> required, const std::string& path);
  void compare_number(const Json& schema, const char* word, std::int64_t expected, const std::string& path);
  static bool has_rule(const Json& schema, std::string_view text);
  void check_description(const Json& schema, const std::string& path);
  void expect(bool holds, const std::string& path, const std::string& what);

  Of of_;
  bool mergeable_ = false;
  std::vector<std::string> differences_;
};

}  // namespace deployctl::api
