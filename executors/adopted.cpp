#include "executors/adopted.hpp"

#include <algorithm>

namespace deployctl::executors {
namespace {

bool says(const Json& line, const char* member, std::string_view text) {
  const auto found = line.find(member);
  return found != line.end() && found->is_string() && found->get_ref<const std::string&>() == text;
}

const Json* find_line(const Json& inventory, std::string_view kind, const std::string& name) {
  if (!inventory.is_array()) return nullptr;
  const auto found = std::ranges::find_if(inventory, [&](const Json& line) {
    return line.is_object() && says(line, "kind", kind) && says(line, "name", name);
  });
  return found == inventory.end() ? nullptr : &*found;
}

}  // namespace

Json inventory_line(std::string_view kind, const std::string& name, const Json& before, bool was_there) {
  if (const Json* known = find_line(before, kind, name)) return *known;
  Json line{{"kind", kind}, {"name", name}};
  if (was_there) line["adopted"] = true;
  return line;
}

bool is_adopted(const Json& inventory, std::string_view kind, const std::string& name) {
  const Json* line = find_line(inventory, kind, name);
  if (line == nullptr) return false;
  const auto adopted = line->find("adopted");
  return adopted != line->end() && adopted->is_boolean() && adopted->get<bool>();
}

bool is_listed(const Json& inventory, std::string_view kind, const std::string& name) {
  return find_line(inventory, kind, name) != nullptr;
}

}  // namespace deployctl::executors
