#pragma once

// Writes the values of the table as JSON, members at their default left out. Two forms: as people would write it, and
// as the digest hashes it (no credential references, truth values as 1 and 0, so that only texts and integers are
// left).

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/fields.hpp"
#include "api/words.hpp"
#include "base/duration.hpp"
#include "base/strict_json.hpp"

namespace deployctl::api {

enum class Form { People, Digest };

class SpecWriter {
 public:
  explicit SpecWriter(Form form) : form_(form) {}

  template <Described T>
  [[nodiscard]] Json write(const T& value) const {
    static const T kDefaults{};
    Json out = Json::object();
    Fields<T>::visit([&](std::string_view name, auto member, const FieldRules& rules) {
      if (form_ == Form::Digest && rules.credential) return;
      if (!rules.required && value.*member == kDefaults.*member) return;
      Json written = write(value.*member);
      if (!rules.inside.empty()) written = Json{{std::string(rules.inside), std::move(written)}};
      out[std::string(name)] = std::move(written);
    });
    return out;
  }
  template <class T>
  [[nodiscard]] Json write(const std::optional<T>& value) const {
    return value ? write(*value) : Json();
  }
  template <class T>
  [[nodiscard]] Json write(const std::vector<T>& values) const {
    Json out = Json::array();
    for (const T& value : values) out.push_back(write(value));
    return out;
  }
  template <Worded Enum>
  [[nodiscard]] Json write(Enum value) const {
    return word_of(value);
  }
  [[nodiscard]] Json write(const std::string& value) const { return value; }
  [[nodiscard]] Json write(bool value) const { return form_ == Form::Digest ? Json(value ? 1 : 0) : Json(value); }
  [[nodiscard]] Json write(std::int64_t value) const { return value; }
  [[nodiscard]] Json write(Duration value) const { return format_duration(value); }
  [[nodiscard]] Json write(const std::map<std::string, std::string>& value) const { return value; }
  [[nodiscard]] Json write(const CommandCheck& value) const { return write(value.command); }
  [[nodiscard]] Json write(const Require& value) const {
    if (value.kind == Require::Kind::Count) return value.count;
    return value.kind == Require::Kind::All ? "All" : "Any";
  }

 private:
  Form form_;
};

}  // namespace deployctl::api
