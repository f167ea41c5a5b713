#pragma once

// Reads JSON into the values of the table: strict about shape (unknown members, wrong types, numbers that do not fit,
// words outside a closed set), names the path of what is wrong, and stops at the first. What a value may *be* is
// validation's. As the API server: null is absent, and 3.0 is an integer.

#include <algorithm>
#include <cmath>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields.hpp"
#include "api/words.hpp"
#include "base/duration.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace deployctl::api {

class SpecReader {
 public:
  /// Empty while everything could be read.
  [[nodiscard]] const std::string& problem() const { return problem_; }

  template <Described T>
  bool read(const Json& json, T& out, const std::string& path) {
    if (!json.is_object()) return refuse(path, json, "expected an object");
    std::vector<std::string_view> known;
    bool fine = true;
    Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
      known.push_back(name);
      fine = fine && read_field(json, name, out.*member, rules, path);
    });
    return fine && refuse_unknown(json, known, path);
  }
  template <class T>
  bool read(const Json& json, std::optional<T>& out, const std::string& path) {
    out = T{};
    return read(json, *out, path);
  }
  template <class T>
  bool read(const Json& json, std::vector<T>& out, const std::string& path) {
    if (!json.is_array()) return refuse(path, json, "expected a list");
    out.clear();
    for (std::size_t i = 0; i < json.size(); ++i) {
      if (!read(json.at(i), out.emplace_back(), path + "[" + std::to_string(i) + "]")) return false;
    }
    return true;
  }
  template <Worded Enum>
  bool read(const Json& json, Enum& out, const std::string& path) {
    std::string text;
    if (!read(json, text, path)) return false;
    const auto word = parse_word<Enum>(text);
    if (word) out = *word;
    return word.has_value() || refuse(path, json, "must be one of " + all_words<Enum>());
  }
  bool read(const Json& json, std::string& out, const std::string& path);
  bool read(const Json& json, bool& out, const std::string& path);
  bool read(const Json& json, std::int64_t& out, const std::string& path);
  bool read(const Json& json, Duration& out, const std::string& path);
  bool read(const Json& json, std::map<std::string, std::string>& out, const std::string& path);
  bool read(const Json& json, Require& out, const std::string& path);
  bool read(const Json& json, CommandCheck& out, const std::string& path) { return read(json, out.command, path); }

 private:
  template <class T>
  bool read_field(const Json& object, std::string_view name, T& out, const FieldRules& rules, const std::string& path) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) {
      return !rules.required || refuse(path + "." + std::string(name), "is required");
    }
    const std::string here = path + "." + std::string(name);
    if (rules.inside.empty()) return read(*found, out, here);
    return read_inside(*found, rules.inside, out, here);
  }
  template <class T>
  bool read_inside(const Json& json, std::string_view name, T& out, const std::string& path) {
    if (!json.is_object()) return refuse(path, json, "expected an object");
    return refuse_unknown(json, {name}, path) && read_field(json, name, out, {.required = true}, path);
  }

  template <Worded Enum>
  static std::string all_words() {
    std::string text;
    for (const auto& [each, word] : Words<Enum>::list) text += (text.empty() ? "" : ", ") + std::string(word);
    return text;
  }

  bool refuse_unknown(const Json& object, const std::vector<std::string_view>& known, const std::string& path);
  bool refuse(const std::string& path, const Json& found, std::string_view why);
  bool refuse(const std::string& path, std::string_view why);

  std::string problem_;
};

}  // namespace deployctl::api
