#include "compose/members.hpp"

namespace deployctl::compose {

const Json& member(const Json& value, const char* name) {
  static const Json kNothing;
  const auto found = value.is_object() ? value.find(name) : value.end();
  return value.is_object() && found != value.end() ? *found : kNothing;
}

std::string text(const Json& value, const char* name) {
  const Json& found = member(value, name);
  return found.is_string() ? found.get<std::string>() : std::string();
}

}  // namespace deployctl::compose
