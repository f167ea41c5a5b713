#include "config/layer.hpp"

#include <utility>

namespace deployctl::config {
namespace {

void drop_below(Origins& origins, const std::string& pointer) {
  const std::string inside = pointer + "/";
  for (auto at = origins.lower_bound(inside); at != origins.end() && at->first.starts_with(inside);)
    at = origins.erase(at);
}

void merge(Json& under, const Json& over, const std::string& pointer, Origins& origins) {
  for (const auto& [key, value] : over.items()) {
    const std::string here = pointer + "/" + nlohmann::detail::escape(key);
    const auto there = under.find(key);
    if (there != under.end() && there->is_object() && value.is_object()) {
      merge(*there, value, here, origins);
    } else {
      drop_below(origins, here);
      under[key] = value;
    }
  }
}

}  // namespace

void merge(Layer& under, const Layer& over) {
  // A variable is replaced whole: a value must not meet the reference it takes the place of.
  for (const char* list : {"variables", "env"}) {
    if (!under.spec.contains(list) || !over.spec.contains(list)) continue;
    for (const auto& [name, value] : over.spec.at(list).items()) under.spec.at(list).erase(name);
  }
  merge(under.spec, over.spec, "", under.origins);
  for (const auto& [pointer, origin] : over.origins) under.origins.insert_or_assign(pointer, origin);
  for (const auto& [name, path] : over.secret_files) under.secret_files.insert_or_assign(name, path);
}

Origin origin_of(const Origins& origins, std::string pointer) {
  for (;;) {
    if (const auto found = origins.find(pointer); found != origins.end()) return found->second;
    if (pointer.empty()) return {};
    pointer.erase(pointer.rfind('/'));
  }
}

}  // namespace deployctl::config
