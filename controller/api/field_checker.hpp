#pragma once

// Walks the table over a value and collects every broken rule: those of its fields (field_rules.hpp), then those of the
// object (object_rules.hpp).

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "api/fields.hpp"
#include "api/object_rules.hpp"
#include "api/words.hpp"

namespace deployctl::api {

class FieldChecker {
 public:
  explicit FieldChecker(Problems& problems) : problems_(problems) {}

  template <Described T>
  void check(const T& value, const FieldRules&, const std::string& path) {
    Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
      std::string here = path + "." + std::string(name);
      if (!rules.inside.empty()) here += "." + std::string(rules.inside);
      check(value.*member, rules, here);
    });
    check_object(value, path, problems_);
  }
  template <class T>
  void check(const std::optional<T>& value, const FieldRules& rules, const std::string& path) {
    if (value) check(*value, rules, path);
  }
  template <class T>
  void check(const std::vector<T>& values, const FieldRules& rules, const std::string& path) {
    if (!check_count(values.size(), rules, path)) return;
    for (std::size_t i = 0; i < values.size(); ++i) check(values[i], rules, path + "[" + std::to_string(i) + "]");
    if constexpr (requires(const T& each) { each.name; }) {
      if (rules.unique_names) check_unique(values, path);
    }
  }
  /// Of the words of a command only the first must not be an option.
  void check(const std::vector<std::string>& values, const FieldRules& rules, const std::string& path);
  void check(const std::map<std::string, std::string>& values, const FieldRules& rules, const std::string& path);
  void check(const std::string& value, const FieldRules& rules, const std::string& path);
  void check(std::int64_t value, const FieldRules& rules, const std::string& path);
  void check(Duration value, const FieldRules& rules, const std::string& path);
  void check(const Require& value, const FieldRules& rules, const std::string& path);
  void check(const CommandCheck& value, const FieldRules& rules, const std::string& path) {
    check(value.command, rules, path);
  }
  void check(bool, const FieldRules&, const std::string&) {}
  template <Worded Enum>
  void check(Enum, const FieldRules&, const std::string&) {}

 private:
  /// False when the list is too long to look at its items.
  bool check_count(std::size_t count, const FieldRules& rules, const std::string& path);

  template <class T>
  void check_unique(const std::vector<T>& values, const std::string& path) {
    std::set<std::string> seen;
    for (const T& value : values) {
      if (!seen.insert(value.name).second) problems_.add(path, value.name, "stands twice; names must differ");
    }
  }

  Problems& problems_;
};

}  // namespace deployctl::api
