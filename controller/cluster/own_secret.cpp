#include "cluster/own_secret.hpp"

#include "api/constants.hpp"
#include "base/text.hpp"

namespace deployctl::cluster {

namespace {

constexpr std::size_t kLabelValue = 63;

std::string text(const Json* json) { return json != nullptr && json->is_string() ? json->get<std::string>() : ""; }
const Json* metadata(const Json& object) { return member(&object, "metadata"); }

}  // namespace

std::string label_value(const std::string& name) {
  return name.size() <= kLabelValue ? name : bounded_name(name, kLabelValue);
}

Json labels_of(const ObjectKey& owner, const std::string& uid, const std::string& installation) {
  return {{api::labels::kManagedBy, api::kControllerName},
          {api::labels::kInstallation, label_value(installation)},
          {api::labels::kNamespace, owner.ns},
          {api::labels::kName, label_value(owner.name)},
          {api::labels::kUid, uid}};
}

bool belongs_to(const Json& secret, const ObjectKey& owner, const std::string& installation) {
  return label(secret, api::labels::kManagedBy) == api::kControllerName &&
         label(secret, api::labels::kInstallation) == label_value(installation) &&
         annotation(secret, kOwner) == owner.str();
}

const Json* member(const Json* json, std::string_view name) {
  if (json == nullptr || !json->is_object()) return nullptr;
  const auto found = json->find(name);
  return found == json->end() ? nullptr : &*found;
}

std::string meta_text(const Json& object, std::string_view name) { return text(member(metadata(object), name)); }

std::string label(const Json& object, std::string_view name) {
  return text(member(member(metadata(object), "labels"), name));
}

std::string annotation(const Json& object, std::string_view name) {
  return text(member(member(metadata(object), "annotations"), name));
}

std::vector<std::string> finalizers_of(const Json& object) {
  std::vector<std::string> names;
  const Json* list = member(metadata(object), "finalizers");
  if (list == nullptr || !list->is_array()) return names;
  for (const Json& name : *list)
    if (name.is_string()) names.push_back(name.get<std::string>());
  return names;
}

}  // namespace deployctl::cluster
