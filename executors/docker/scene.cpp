#include "docker/scene.hpp"

#include <algorithm>

#include "api/constants.hpp"
#include "docker/names.hpp"

namespace deployctl::docker {
namespace {

bool is_ours(const Container& container, const executors::Inputs& in) {
  return std::ranges::all_of(owner_labels(in),
                             [&](const auto& label) { return container.label(label.first) == label.second; });
}

}  // namespace

Result<Scene> read_scene(const executors::Inputs& in, std::vector<Container> containers) {
  Scene scene;
  const std::string kept_prefix = container_name(in.key) + "-r";
  for (Container& container : containers) {
    if (!is_ours(container, in))
      return fail(ErrorKind::Conflict, "container name " + container.name +
                                           " is taken by a container that is not ours (" + container.id.substr(0, 12) +
                                           "): remove or rename it");
    if (container.name == container_name(in.key)) {
      scene.serving = std::move(container);
    } else if (container.name == next_name(in.key)) {
      scene.next = std::move(container);
    } else {
      scene.kept.push_back(std::move(container));
    }
  }
  // One that somebody renamed is still ours; it is never what a release goes back to before one with a name of ours.
  std::ranges::sort(scene.kept, [&](const Container& left, const Container& right) {
    const bool left_named = left.name.starts_with(kept_prefix);
    const bool right_named = right.name.starts_with(kept_prefix);
    return left_named != right_named ? left_named : left.revision() > right.revision();
  });
  return scene;
}

bool is_made_for(const Container& container, const executors::Inputs& in) {
  return container.revision() == in.revision && container.label(api::labels::kDigest) == in.digest;
}

bool is_release(const Container& container, const executors::Inputs& in) {
  if (container.label(api::labels::kDigest) != in.digest) return false;
  const auto pinned = in.pins.find("image");
  return pinned == in.pins.end() || !pinned->is_string() || pinned->get<std::string>() == container.image;
}

const Container* released(const executors::Inputs& in, const Scene& scene) {
  if (scene.next && is_release(*scene.next, in)) return &*scene.next;
  if (scene.serving && is_release(*scene.serving, in)) return &*scene.serving;
  return nullptr;
}

}  // namespace deployctl::docker
