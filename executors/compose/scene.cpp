#include "compose/scene.hpp"

#include <algorithm>

#include "compose/names.hpp"
#include "docker/names.hpp"

namespace deployctl::compose {
namespace {

using docker::Container;
using docker::Running;

bool is_ours(const executors::Inputs& in, const Container& container) {
  return container.label(kProjectLabel) == project_of(in) &&
         std::ranges::all_of(docker::owner_labels(in),
                             [&](const auto& label) { return container.label(label.first) == label.second; });
}

/// The member `service` of one part of the pins.
std::string pinned(const executors::Inputs& in, const char* part, const std::string& service) {
  const Json::json_pointer pointer = Json::json_pointer() / part / service;
  return in.pins.contains(pointer) && in.pins.at(pointer).is_string() ? in.pins.at(pointer).get<std::string>()
                                                                      : std::string();
}

bool is_pinned(const executors::Inputs& in) { return in.pins.contains("hashes") && in.pins.at("hashes").is_object(); }

}  // namespace

Scene read_scene(const executors::Inputs& in, std::vector<Container> containers) {
  Scene scene;
  for (Container& container : containers) {
    if (!is_ours(in, container))
      scene.foreign.push_back(std::move(container));
    else if (container.label(kOneOffLabel) != "True")
      scene.ours.push_back(std::move(container));
  }
  std::ranges::sort(scene.ours, {}, &Container::name);
  return scene;
}

std::optional<Error> conflict(const executors::Inputs& in, const Scene& scene) {
  if (scene.foreign.empty()) return std::nullopt;
  const Container& container = scene.foreign.front();
  const std::string what = container.label(kProjectLabel) == project_of(in)
                               ? "project " + project_of(in) + " holds container " + container.name
                               : "container name " + container.name + " is taken by a container";
  return fail(ErrorKind::Conflict, what + " that is not ours (" + container.id.substr(0, 12) +
                                       "): remove it, or choose another spec.dockerCompose.project");
}

docker::RunningReport report_on(const Container& container) {
  const bool may_end = !container.label(kEndsLabel).empty();
  if (may_end && container.status == "exited" && container.exit_code == 0) return {};
  return docker::running_report(container);
}

const Container* worst(const std::vector<Container>& containers) {
  const Container* found = nullptr;
  for (const Container& container : containers) {
    const Running state = report_on(container).state;
    if (state == Running::No) return &container;
    if (state == Running::NotYet && found == nullptr) found = &container;
  }
  return found;
}

std::string not_of_release(const executors::Inputs& in, const Scene& scene) {
  if (!is_pinned(in)) return scene.ours.empty() ? "no container of project " + project_of(in) + " is there" : "";
  for (const auto& [service, hash] : in.pins.at("hashes").items()) {
    bool found = false;
    for (const Container& container : scene.ours) {
      if (container.label(kServiceLabel) != service) continue;
      found = true;
      if (container.image != pinned(in, "images", service))
        return "container " + container.name + " runs another image than this release";
      if (hash.is_string() && container.label(kHashLabel) != hash.get<std::string>())
        return "container " + container.name + " was made with another configuration than this release";
    }
    if (!found) return "service " + service + " has no container";
  }
  return {};
}

std::vector<Container> of_release(const executors::Inputs& in, const Scene& scene) {
  if (!is_pinned(in)) return scene.ours;
  std::vector<Container> found;
  for (const Container& container : scene.ours)
    if (in.pins.at("hashes").contains(container.label(kServiceLabel))) found.push_back(container);
  return found;
}

}  // namespace deployctl::compose
