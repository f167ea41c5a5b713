#include "kube/json_patch.hpp"

#include <algorithm>

namespace deployctl::kube {

namespace {

Json operation(std::string_view op, std::string path, Json value) {
  return {{"op", op}, {"path", std::move(path)}, {"value", std::move(value)}};
}

}  // namespace

Json status_patch(const PatchTests& tests, const Json& status) {
  Json patch = Json::array();
  for (const auto& [path, expected] : tests) patch.push_back(operation("test", path, expected));
  patch.push_back(operation("add", "/status", status));
  return patch;
}

Json add_finalizer_patch(std::string_view uid, const std::vector<std::string>& present, std::string_view finalizer) {
  Json patch = Json::array({operation("test", "/metadata/uid", uid)});
  if (present.empty()) {
    patch.push_back(operation("test", "/metadata/finalizers", nullptr));
    patch.push_back(operation("add", "/metadata/finalizers", Json::array({finalizer})));
  } else {
    patch.push_back(operation("test", "/metadata/finalizers", present));
    patch.push_back(operation("add", "/metadata/finalizers/-", finalizer));
  }
  return patch;
}

Json remove_finalizer_patch(std::string_view uid, const std::vector<std::string>& present, std::string_view finalizer) {
  const auto found = std::ranges::find(present, finalizer);
  if (found == present.end()) return nullptr;
  const std::string path = "/metadata/finalizers/" + std::to_string(found - present.begin());
  return Json::array({operation("test", "/metadata/uid", uid), operation("test", path, finalizer),
                      Json{{"op", "remove"}, {"path", path}}});
}

}  // namespace deployctl::kube
