#include "cluster/kube_pods.hpp"

#include <utility>

#include "kube/request.hpp"

namespace deployctl::cluster {

namespace {

/// A reconcile waits for it.
constexpr Duration kTimeout = std::chrono::seconds(10);

/// A member of an object; null when either is missing.
const Json* member(const Json* object, const char* name) {
  if (object == nullptr || !object->is_object()) return nullptr;
  const auto found = object->find(name);
  return found == object->end() ? nullptr : &*found;
}

std::string text(const Json* object, const char* name) {
  const Json* found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// Without both times (the kubelet lost sight of it) nobody knows which run it was.
void add_run(const Json* state, std::vector<ports::EndedRun>& runs) {
  const Json* terminated = member(state, "terminated");
  const auto started = parse_rfc3339(text(terminated, "startedAt"));
  const auto ended = parse_rfc3339(text(terminated, "finishedAt"));
  if (started && ended) runs.push_back({.started = *started, .ended = *ended});
}

Task<Result<std::optional<Json>>> read(kube::Client& client, kube::Resource resource, ObjectKey key) {
  kube::Request request = kube::get(resource, key);
  request.timeout = kTimeout;
  auto found = co_await client.send_json(std::move(request));
  if (found) co_return std::optional<Json>(std::move(*found));
  if (found.error().kind == ErrorKind::NotFound) co_return std::optional<Json>();
  co_return found.error();
}

}  // namespace

ports::PodSeen pod_seen(const Json& pod) {
  ports::PodSeen seen{.uid = text(member(&pod, "metadata"), "uid"), .containers = {}};
  const Json* statuses = member(member(&pod, "status"), "containerStatuses");
  if (statuses == nullptr || !statuses->is_array()) return seen;
  for (const Json& status : *statuses) {
    std::vector<ports::EndedRun>& runs = seen.containers.emplace_back();
    add_run(member(&status, "state"), runs);
    add_run(member(&status, "lastState"), runs);
  }
  return seen;
}

ports::NodeSeen node_seen(const Json& node) {
  const Json* conditions = member(member(&node, "status"), "conditions");
  if (conditions == nullptr || !conditions->is_array()) return {};
  for (const Json& condition : *conditions)
    if (text(&condition, "type") == "Ready") return {.ready = text(&condition, "status") == "True"};
  return {};
}

Task<Result<std::optional<ports::PodSeen>>> KubePods::pod(ObjectKey key) {
  const auto found = co_await read(client_, kube::kPods, std::move(key));
  if (!found) co_return found.error();
  const std::optional<Json>& object = *found;
  co_return object ? std::optional(pod_seen(*object)) : std::nullopt;
}

Task<Result<std::optional<ports::NodeSeen>>> KubePods::node(std::string name) {
  const auto found = co_await read(client_, kube::kNodes, {"", std::move(name)});
  if (!found) co_return found.error();
  const std::optional<Json>& object = *found;
  co_return object ? std::optional(node_seen(*object)) : std::nullopt;
}

}  // namespace deployctl::cluster
