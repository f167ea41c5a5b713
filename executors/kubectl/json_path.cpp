#include "kubectl/json_path.hpp"

namespace deployctl::kubectl {

const Json* member_at(const Json& object, JsonPath path) {
  const Json* node = &object;
  for (const std::string_view step : path) {
    if (!node->is_object()) return nullptr;
    const auto found = node->find(step);
    if (found == node->end()) return nullptr;
    node = &*found;
  }
  return node;
}

std::string text_at(const Json& object, JsonPath path) {
  const Json* node = member_at(object, path);
  return node != nullptr && node->is_string() ? node->get<std::string>() : std::string();
}

std::int64_t number_at(const Json& object, JsonPath path, std::int64_t otherwise) {
  const Json* node = member_at(object, path);
  return node != nullptr && node->is_number_integer() ? node->get<std::int64_t>() : otherwise;
}

}  // namespace deployctl::kubectl
