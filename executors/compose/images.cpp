#include "compose/images.hpp"

#include <algorithm>

#include "compose/commands.hpp"
#include "compose/names.hpp"
#include "compose/output.hpp"

namespace deployctl::compose {
namespace {

using docker::Image;
using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::StepResult;
using Pull = api::DockerCompose::Pull;

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

std::string pinned(const Inputs& in, const char* part, const std::string& service) {
  if (in.force_rebuild && !in.rollback) return {};
  const Json::json_pointer pointer = Json::json_pointer() / part / service;
  return in.pins.contains(pointer) && in.pins.at(pointer).is_string() ? in.pins.at(pointer).get<std::string>()
                                                                      : std::string();
}

/// The spec's word; its default leaves it to the file.
Pull pull_of(const Inputs& in, const Service& service) {
  const Pull wanted = compose_block(in).pull;
  if (wanted != Pull::Missing) return wanted;
  if (service.pull_policy == "always") return Pull::Always;
  if (service.pull_policy == "never") return Pull::Never;
  return Pull::Missing;
}

/// Fills `image` when it is on the daemon; leaves it empty when it is not.
Script find_image(Inputs in, std::string reference, Image* image) {
  const StepResult shown = co_await docker::inspect_image(in, reference);
  if (!shown.ok()) {
    if (docker::says_not_there(shown)) co_return Done{};
    co_return Failed{docker::error_of("inspect image " + reference, shown)};
  }
  auto found = docker::read_image(shown.process.out);
  if (!found) co_return Failed{found.error()};
  *image = std::move(*found);
  co_return Done{};
}

Script pull_image(Inputs in, Service service, std::string reference, Image* image) {
  const StepResult pulled = co_await docker::pull(in, reference, service.platform);
  if (!pulled.ok())
    co_return Failed{docker::pull_error(reference, pulled,
                                        {.logins = "spec.dockerCompose.registrySecretRef",
                                         .image = "the image of service " + service.name + " in the compose file"})};
  Next found = co_await find_image(in, reference, image);
  if (has_failed(found)) co_return found;
  if (image->id.empty())
    co_return Failed{fail(ErrorKind::StepFailed, "image " + reference + " is gone after its pull")};
  co_return Done{};
}

/// Of a revision that was kept: exactly its image, or nothing.
Script pinned_image(Inputs in, Service service, Image* image) {
  const std::string id = pinned(in, "images", service.name);
  Next found = co_await find_image(in, id, image);
  if (has_failed(found) || !image->id.empty()) co_return found;
  if (const std::string digest = pinned(in, "digests", service.name); !digest.empty()) {
    Next pulled = co_await pull_image(in, service, digest, image);
    if (has_failed(pulled) || image->id == id) co_return pulled;
  }
  const std::int64_t revision = in.restored_revision > 0 ? in.restored_revision : in.revision;
  co_return Failed{fail(ErrorKind::StepFailed, "image " + id + " of service " + service.name + " of revision " +
                                                   std::to_string(revision) +
                                                   " is not on the daemon any more, and no registry has it; nothing "
                                                   "was touched")};
}

Script wanted_image(Inputs in, Service service, Image* image) {
  const bool built = service.builds && compose_block(in).build;
  const Pull policy = pull_of(in, service);
  if (built || policy != Pull::Always) {
    Next found = co_await find_image(in, service.image, image);
    if (has_failed(found) || !image->id.empty()) co_return found;
    if (built) co_return Failed{fail(ErrorKind::StepFailed, "the built image " + service.image + " is gone")};
    if (policy == Pull::Never)
      co_return Failed{fail(ErrorKind::StepFailed, "image " + service.image + " of service " + service.name +
                                                       " is not on the daemon, and pull is never")};
  }
  Next pulled = co_await pull_image(in, service, service.image, image);
  co_return pulled;
}

/// Those to build: nothing of them is pinned.
std::vector<std::string> unbuilt(const Inputs& in, const Model& model) {
  std::vector<std::string> names;
  if (!compose_block(in).build) return names;
  for (const Service& service : model.services)
    if (service.builds && pinned(in, "images", service.name).empty()) names.push_back(service.name);
  return names;
}

}  // namespace

std::map<std::string, std::string> ids_of(const Images& images) {
  std::map<std::string, std::string> ids;
  for (const auto& [service, image] : images) ids.emplace(service, image.id);
  return ids;
}

/// No registry has it. A daemon with containerd's image store gives digests to what it built, too.
bool is_only_here(const Service& service, const docker::Image& image) {
  return service.builds || image.repo_digests.empty();
}

Json pins_of(const Model& model, const Images& images, const std::map<std::string, std::string>& hashes) {
  Json pins{{"images", Json::object()}, {"names", Json::object()}, {"hashes", Json::object()}};
  for (const Service& service : model.services) {
    const auto image = images.find(service.name);
    if (image == images.end()) continue;
    pins["images"][service.name] = image->second.id;
    pins["names"][service.name] = service.image;
    if (!is_only_here(service, image->second)) pins["digests"][service.name] = image->second.repo_digests.front();
    if (const auto hash = hashes.find(service.name); service.runs && hash != hashes.end())
      pins["hashes"][service.name] = hash->second;
  }
  return pins;
}

Script obtain_images(Inputs in, Model model, Images* images) {
  if (!in.registry_config.empty())
    if (const auto logins = docker::registry_logins(in.registry_config, "spec.dockerCompose.registrySecretRef");
        !logins)
      co_return Failed{logins.error()};
  // Before anything is built: a rollback whose image is gone ends here.
  for (const Service& service : model.services) {
    if (pinned(in, "images", service.name).empty()) continue;
    Next found = co_await pinned_image(in, service, &(*images)[service.name]);
    if (has_failed(found)) co_return found;
  }
  if (const std::vector<std::string> names = unbuilt(in, model); !names.empty()) {
    const StepResult built = co_await build(in, build_file(in, model), names);
    if (!built.ok()) co_return Failed{compose_build_error(built)};
  }
  for (const Service& service : model.services) {
    if (images->contains(service.name)) continue;
    Next found = co_await wanted_image(in, service, &(*images)[service.name]);
    if (has_failed(found)) co_return found;
  }
  co_return Done{};
}

Script keep_images(Inputs in, Model model, Images images) {
  for (const Service& service : model.services) {
    const auto image = images.find(service.name);
    if (image == images.end() || !is_only_here(service, image->second)) continue;
    const std::string name = kept_tag(in, service.name);
    const StepResult tagged = co_await tag(in, image->second.id, name);
    if (!tagged.ok()) co_return Failed{docker::error_of("keep the image of service " + service.name, tagged)};
  }
  co_return Done{};
}

Script release_images(Inputs in, bool all) {
  const StepResult listed = co_await list_kept(in);
  if (!listed.ok()) co_return Failed{docker::error_of("look for kept images", listed)};
  std::vector<std::string> old;
  for (const std::string& each : read_tags(listed.process.out)) {
    const auto revision = revision_of_tag(each);
    const bool kept = revision && (*revision == in.revision || *revision == in.previous_revision ||
                                   *revision == in.restored_revision ||
                                   std::ranges::find(in.kept_revisions, *revision) != in.kept_revisions.end());
    if (revision && (all || !kept)) old.push_back(each);
  }
  if (old.empty()) co_return Done{};
  // One that something else still uses stays.
  const StepResult removed = co_await untag(in, old);
  if (removed.interrupted()) co_return Failed{docker::error_of("let go of kept images", removed)};
  co_return Done{};
}

Script moved_images(Inputs in, std::string* words) {
  const Json names = in.pins.value("names", Json::object());
  for (const auto& [service, name] : names.items()) {
    if (!name.is_string()) continue;
    Image image;
    Next found = co_await find_image(in, name.get<std::string>(), &image);
    if (has_failed(found)) co_return found;
    if (!image.id.empty() && image.id != pinned(in, "images", service))
      *words +=
          (words->empty() ? "" : ", ") + ("image " + name.get<std::string>() + " of service " + service + " has moved");
  }
  co_return Done{};
}

}  // namespace deployctl::compose
