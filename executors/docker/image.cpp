#include "docker/image.hpp"

#include <algorithm>
#include <set>
#include <sstream>

#include "docker/commands.hpp"
#include "docker/names.hpp"

namespace deployctl::docker {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::StepResult;

std::string pin(const Inputs& in, const char* name) {
  const auto found = in.pins.find(name);
  return found != in.pins.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// "registry:5000/team/web:1.2@sha256:…" to "registry:5000/team/web".
std::string repository_of(std::string reference) {
  reference = reference.substr(0, reference.find('@'));
  const std::size_t colon = reference.rfind(':');
  const std::size_t slash = reference.rfind('/');
  if (colon != std::string::npos && (slash == std::string::npos || colon > slash)) reference.resize(colon);
  return reference;
}

/// Fills `image` when it is on the daemon; leaves it empty when it is not.
Script find_image(Inputs in, std::string reference, Image* image) {
  const StepResult shown = co_await inspect_image(in, reference);
  if (!shown.ok()) {
    if (says_not_there(shown)) co_return Done{};
    co_return Failed{error_of("inspect image " + reference, shown)};
  }
  auto found = read_image(shown.process.out);
  if (!found) co_return Failed{found.error()};
  *image = std::move(*found);
  co_return Done{};
}

Script pull_image(Inputs in, std::string reference, Image* image) {
  if (!in.registry_config.empty()) {
    if (const auto logins = registry_logins(in.registry_config, "spec.docker.registrySecretRef"); !logins)
      co_return Failed{logins.error()};
  }
  const StepResult pulled = co_await pull(in, reference);
  if (!pulled.ok()) co_return Failed{pull_error(reference, pulled, {})};
  Next found = co_await find_image(in, reference, image);
  if (std::holds_alternative<Failed>(found)) co_return found;
  if (image->id.empty())
    co_return Failed{fail(ErrorKind::StepFailed, "image " + reference + " is gone after its pull")};
  co_return Done{};
}

Script build_image(Inputs in, api::DockerBuild wanted, Image* image) {
  if (in.source_dir.empty())
    co_return Failed{fail(ErrorKind::Invalid, "spec.source: docker.build needs a source with a Dockerfile")};
  const StepResult built = co_await build(in, wanted);
  if (!built.ok()) co_return Failed{build_error(built)};
  Next found = co_await find_image(in, built_image(in), image);
  if (std::holds_alternative<Failed>(found)) co_return found;
  if (image->id.empty()) co_return Failed{fail(ErrorKind::StepFailed, "the built image is gone")};
  co_return Done{};
}

}  // namespace

Json pins_of(const Inputs& in, const Image& image) {
  Json pins{{"image", image.id}};
  const auto& reference = docker_block(in).image;
  if (!reference) return pins;
  const std::string repository = repository_of(*reference);
  // The daemon writes short names in full ("docker.io/library/x" is listed as "x"): any digest names the same bytes.
  const auto same = std::ranges::find_if(
      image.repo_digests, [&](const std::string& digest) { return digest.starts_with(repository + "@"); });
  if (same != image.repo_digests.end())
    pins["digest"] = *same;
  else if (!image.repo_digests.empty())
    pins["digest"] = image.repo_digests.front();
  return pins;
}

std::optional<Error> refused_variables(const Inputs& in) {
  for (const auto& [name, value] : in.variables)
    if (is_read_by_docker(name) && value.find_first_of("\r\n") != std::string::npos)
      return fail(ErrorKind::Invalid, "spec.variables: " + name +
                                          " holds a line break, which docker cannot take under this name: rename it");
  return std::nullopt;
}

Script obtain_image(Inputs in, Image* image) {
  const api::Docker& wanted = docker_block(in);
  const std::string pinned = in.force_rebuild && !in.rollback ? std::string() : pin(in, "image");
  if (!pinned.empty()) {
    Next found = co_await find_image(in, pinned, image);
    if (std::holds_alternative<Failed>(found) || !image->id.empty()) co_return found;
    if (const std::string digest = pin(in, "digest"); !digest.empty()) {
      Next pulled = co_await pull_image(in, digest, image);
      co_return pulled;
    }
    if (!wanted.build)
      co_return Failed{fail(ErrorKind::StepFailed,
                            "image " + pinned + " of revision " +
                                std::to_string(in.restored_revision > 0 ? in.restored_revision : in.revision) +
                                " is not on the daemon any more, and no registry has it")};
  }
  if (wanted.build) {
    Next built = co_await build_image(in, *wanted.build, image);
    co_return built;
  }
  const std::string reference = wanted.image.value_or("");
  if (wanted.pull != api::PullPolicy::Always) {
    Next found = co_await find_image(in, reference, image);
    if (std::holds_alternative<Failed>(found) || !image->id.empty()) co_return found;
    if (wanted.pull == api::PullPolicy::Never)
      co_return Failed{
          fail(ErrorKind::StepFailed, "image " + reference + " is not on the daemon, and spec.docker.pull is Never")};
  }
  Next pulled = co_await pull_image(in, reference, image);
  co_return pulled;
}

Script remove_built_images(Inputs in) {
  const StepResult listed = co_await list_built_images(in);
  if (!listed.ok()) co_return Failed{error_of("look for built images", listed)};
  const auto ids = read_ids(listed.process.out);
  if (!ids) co_return Failed{ids.error()};
  if (ids->empty()) co_return Done{};
  const StepResult removed = co_await remove_images(in, *ids);
  if (removed.interrupted()) co_return Failed{error_of("remove built images", removed)};
  co_return Done{};
}

Script release_built_images(Inputs in) {
  const StepResult listed = co_await list_built_tags(in);
  if (!listed.ok()) co_return Failed{error_of("look for built images", listed)};
  std::set<std::string> kept = {built_image(in)};
  for (const std::string& digest : in.kept_digests) kept.insert(built_image(in, digest));
  std::vector<std::string> unused;
  std::istringstream tags(listed.process.out);
  for (std::string tag; std::getline(tags, tag);)
    if (tag.starts_with(kBuiltTags) && !kept.contains(tag)) unused.push_back(tag);
  if (unused.empty()) co_return Done{};
  const StepResult removed = co_await remove_images(in, std::move(unused));
  if (removed.interrupted()) co_return Failed{error_of("remove built images", removed)};
  co_return Done{};
}

}  // namespace deployctl::docker
