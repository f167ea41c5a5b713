#include "cluster/status_patch.hpp"

namespace deployctl::cluster {

Json merge_difference(const Json& before, const Json& after) {
  Json patch = Json::object();
  for (const auto& [name, value] : after.items()) {
    const auto old = before.find(name);
    if (old == before.end())
      patch[name] = value;
    else if (value.is_object() && old->is_object() && *old != value)
      patch[name] = merge_difference(*old, value);
    else if (*old != value)
      patch[name] = value;
  }
  for (const auto& [name, value] : before.items())
    if (!after.contains(name)) patch[name] = nullptr;
  return patch;
}

Json announce_patch(const api::ObjectMeta& seen, const Json& before, const Json& after) {
  return {{"metadata", {{"resourceVersion", seen.resource_version}}}, {"status", merge_difference(before, after)}};
}

kube::PatchTests status_tests(const api::Deployment& seen) {
  kube::PatchTests tests{{"/metadata/uid", seen.meta.uid}};
  if (!seen.status.operation) {
    tests.emplace_back("/status/operation", nullptr);
    return tests;
  }
  tests.emplace_back("/status/operation/id", seen.status.operation->id);
  tests.emplace_back("/status/operation/holder/identity", seen.status.operation->holder.identity);
  return tests;
}

Json guarded_status_patch(const kube::PatchTests& tests, const Json& before, const Json& after) {
  Json patch = Json::array();
  for (const auto& [path, expected] : tests) patch.push_back({{"op", "test"}, {"path", path}, {"value", expected}});
  if (!before.is_object()) {
    patch.push_back({{"op", "add"}, {"path", "/status"}, {"value", after}});
    return patch;
  }
  for (const auto& [name, value] : after.items()) {
    const auto old = before.find(name);
    if (old != before.end() && *old == value) continue;
    patch.push_back({{"op", "add"}, {"path", "/status/" + name}, {"value", value}});
  }
  for (const auto& [name, value] : before.items())
    if (!after.contains(name)) patch.push_back({{"op", "remove"}, {"path", "/status/" + name}});
  return patch;
}

}  // namespace deployctl::cluster
