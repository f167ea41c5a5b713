#include "docker/scripts.hpp"

#include <algorithm>
#include <utility>

#include "docker/image.hpp"
#include "docker/names.hpp"
#include "docker/running.hpp"
#include "executors/adopted.hpp"

namespace deployctl::docker {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::ScriptContext;
using executors::StepResult;

/// Kind of our line in the inventory.
constexpr std::string_view kContainer = "container";

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

/// True when the step did its work or had nothing left to do.
bool is_done(const StepResult& result) { return result.ok() || says_not_there(result); }

std::vector<std::string> ids_of(const std::vector<Container>& containers) {
  std::vector<std::string> ids;
  for (const Container& container : containers) ids.push_back(container.id);
  return ids;
}

std::string policy_of(const Container& container) {
  const std::string declared = container.label(kRestartPolicyLabel);
  return declared.empty() ? container.restart_policy : declared;
}

std::string is_running_words(const Inputs& in, const std::string& image) {
  return "container " + container_name(in.key) + " runs image " + image;
}

/// A kept container must neither run nor come back by itself.
Script put_away(Inputs in, Container container) {
  if (container.name != kept_name(in.key, container.revision())) {
    const std::string kept = kept_name(in.key, container.revision());
    const StepResult renamed = co_await rename(in, container.id, kept, Purpose::Work);
    if (!renamed.ok()) co_return Failed{error_of("rename the running container to " + kept, renamed)};
  }
  if (container.restart_policy != "no") {
    const StepResult updated = co_await set_restart_policy(in, container.id, "no", Purpose::Work);
    if (!updated.ok()) co_return Failed{error_of("update the running container", updated)};
  }
  if (container.is_up()) {
    const StepResult stopped = co_await stop(in, {container.id}, Purpose::Work);
    if (!stopped.ok()) co_return Failed{error_of("stop the running container", stopped)};
  }
  co_return Done{};
}

/// Makes room for a new container: what an abandoned release left goes.
Script clear(Inputs in, Scene* scene) {
  if (!scene->serving && (scene->next || scene->old() != nullptr)) {
    Next restored = co_await restore(in, Purpose::Work, scene);
    if (has_failed(restored)) co_return restored;
  }
  if (!scene->kept.empty()) {
    const StepResult removed = co_await remove(in, ids_of(scene->kept), AnonymousVolumes::Keep, Purpose::Work);
    if (!is_done(removed)) co_return Failed{error_of("remove what an earlier release left", removed)};
  }
  if (scene->next) {
    const StepResult removed = co_await remove(in, {scene->next->id}, AnonymousVolumes::Remove, Purpose::Work);
    if (!is_done(removed)) co_return Failed{error_of("remove what an earlier release left", removed)};
  }
  scene->kept.clear();
  scene->next.reset();
  co_return Done{};
}

/// From a cleared or half-way scene to the new container running and the old one kept.
Script swap(Inputs in, Scene scene, Image image) {
  std::string next_id = scene.next ? scene.next->id : std::string();
  if (!scene.next) {
    const StepResult created = co_await create(in, image);
    if (!created.ok()) co_return Failed{error_of("create the container", created)};
    const auto ids = read_ids(created.process.out);
    if (!ids) co_return Failed{ids.error()};
    if (ids->size() != 1) co_return Failed{fail(ErrorKind::StepFailed, "docker create did not print one container id")};
    next_id = ids->front();
  }
  const Container* old = scene.serving ? &*scene.serving : scene.old();
  if (old != nullptr) {
    Next away = co_await put_away(in, *old);
    if (has_failed(away)) co_return away;
  }
  if (scene.next && scene.next->is_running()) co_return Done{};
  const StepResult started = co_await start(in, next_id, Purpose::Work);
  if (!started.ok()) co_return Failed{error_of("start the container", started)};
  co_return Done{};
}

/// The release is there already, serving or kept: it only has to serve again.
Script return_to(Inputs in, Scene scene) {
  if (!scene.serving || scene.next) {
    Next restored = co_await restore(in, Purpose::Work, &scene);
    if (has_failed(restored)) co_return restored;
  }
  if (scene.serving && !scene.serving->is_up()) {
    const StepResult started = co_await start(in, scene.serving->id, Purpose::Work);
    if (!started.ok()) co_return Failed{error_of("start the container", started)};
  }
  co_return Done{is_running_words(in, docker_block(in).image.value_or("of the build")) + " again"};
}

bool can_return(const Inputs& in, const Scene& scene) {
  if (!in.rollback) return false;
  if (scene.serving) return is_release(*scene.serving, in);
  return scene.old() != nullptr && is_release(*scene.old(), in);
}

/// What an earlier run of this same operation made can be used.
bool can_go_on(const Inputs& in, const Scene& scene, const Image& image) {
  return scene.next && is_made_for(*scene.next, in) && scene.next->image == image.id;
}

/// From what is there to the release serving or on trial. `began` becomes true before the first change.
Script change(Inputs in, Scene scene, ScriptContext* context, bool* began) {
  if (can_return(in, scene)) {
    *began = true;
    Next returned = co_await return_to(in, scene);
    co_return returned;
  }
  Image image;
  Next obtained = co_await obtain_image(in, &image);
  if (has_failed(obtained)) co_return obtained;
  context->remembered.pins = pins_of(in, image);
  const std::string words = is_running_words(in, docker_block(in).image.value_or(built_image(in)));
  if (scene.serving && is_made_for(*scene.serving, in) && scene.serving->image == image.id) co_return Done{words};
  *began = true;
  if (!can_go_on(in, scene, image)) {
    Next cleared = co_await clear(in, &scene);
    if (has_failed(cleared)) co_return cleared;
  }
  Next swapped = co_await swap(in, scene, image);
  if (has_failed(swapped)) co_return swapped;
  co_return Done{words};
}

}  // namespace

Script look(Inputs in, Purpose purpose, Scene* scene) {
  const StepResult ours = co_await list_ours(in, purpose);
  if (!ours.ok()) co_return Failed{error_of("look for containers", ours)};
  const StepResult named = co_await list_names(in, purpose);
  if (!named.ok()) co_return Failed{error_of("look for containers", named)};
  *scene = Scene{};
  const auto ids = read_ids(ours.process.out + named.process.out);
  if (!ids) co_return Failed{ids.error()};
  if (ids->empty()) co_return Done{};
  const StepResult shown = co_await inspect(in, *ids, purpose);
  // One that was removed since is missing in the answer; the others are there.
  if (!is_done(shown)) co_return Failed{error_of("inspect containers", shown)};
  auto containers = read_containers(shown.process.out);
  if (!containers) co_return Failed{containers.error()};
  auto found = read_scene(in, std::move(*containers));
  if (!found) co_return Failed{found.error()};
  *scene = std::move(*found);
  co_return Done{};
}

Script restore(Inputs in, Purpose purpose, Scene* scene) {
  Next looked = co_await look(in, purpose, scene);
  if (has_failed(looked)) co_return looked;
  if (scene->next) {
    const StepResult removed = co_await remove(in, {scene->next->id}, AnonymousVolumes::Remove, purpose);
    if (!is_done(removed)) co_return Failed{error_of("remove the new container", removed)};
    scene->next.reset();
  }
  if (scene->old() == nullptr) co_return Done{"nothing to restore"};
  Container old = *scene->old();
  if (old.restart_policy != policy_of(old)) {
    const StepResult updated = co_await set_restart_policy(in, old.id, policy_of(old), purpose);
    if (!updated.ok()) co_return Failed{error_of("update the previous container", updated)};
    old.restart_policy = policy_of(old);
  }
  if (!old.is_up()) {
    const StepResult started = co_await start(in, old.id, purpose);
    if (!started.ok()) co_return Failed{error_of("start the previous container", started)};
    old.status = "running";
  }
  // The name comes last: while it is missing the next look knows that this has not ended.
  const StepResult renamed = co_await rename(in, old.id, container_name(in.key), purpose);
  if (!renamed.ok()) co_return Failed{error_of("rename the previous container", renamed)};
  old.name = container_name(in.key);
  scene->kept.erase(scene->kept.begin());
  scene->serving = std::move(old);
  co_return Done{"the previous container runs again"};
}

Script deploy(Inputs in, ScriptContext& context) {
  if (auto refused = refused_variables(in)) co_return Failed{*refused};
  context.remembered.pins = in.pins;
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  const bool was_there = scene.serving || scene.old() != nullptr;
  context.remembered.inventory =
      Json::array({executors::inventory_line(kContainer, container_name(in.key), in.inventory, was_there)});
  // What an earlier run left half-way is put right as well, even when this one never came to a change.
  bool to_restore = scene.old() != nullptr;
  Next changed = co_await change(in, scene, &context, &to_restore);
  auto* failure = std::get_if<Failed>(&changed);
  if (failure == nullptr || !to_restore) co_return changed;
  Next restored = co_await restore(in, Purpose::Cleanup, &scene);
  if (auto* worse = std::get_if<Failed>(&restored))
    failure->error.message += "; putting the previous container back failed: " + worse->error.message;
  else if (scene.serving)
    failure->error.message += "; the previous container serves";
  co_return *failure;
}

Script settle(Inputs in) {
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  const Container* found = released(in, scene);
  const bool on_trial = scene.next && found == &*scene.next;
  if (found == nullptr || (on_trial && scene.serving))
    co_return Failed{fail(ErrorKind::StepFailed, "the container of this release is gone")};
  if (on_trial) {
    const StepResult renamed = co_await rename(in, found->id, container_name(in.key), Purpose::Work);
    if (!renamed.ok()) co_return Failed{error_of("rename the new container", renamed)};
    scene.next.reset();
  }
  std::vector<Container> rubbish = scene.kept;
  if (scene.next) rubbish.push_back(*scene.next);
  if (!rubbish.empty()) {
    const StepResult removed = co_await remove(in, ids_of(rubbish), AnonymousVolumes::Keep, Purpose::Work);
    if (!is_done(removed)) co_return Failed{error_of("remove the previous container", removed)};
  }
  if (docker_block(in).build) {
    Next released = co_await release_built_images(in);
    if (has_failed(released)) co_return released;
  }
  co_return Done{"container " + container_name(in.key) + " serves"};
}

Script destroy(Inputs in) {
  Scene scene;
  if (in.spare_adopted && executors::is_adopted(in.inventory, kContainer, container_name(in.key))) {
    Next restored = co_await restore(in, Purpose::Work, &scene);
    if (has_failed(restored)) co_return restored;
    co_return Done{.message = "nothing to remove",
                   .caveat = "what it had made was removed; the container that stood there before serves"};
  }
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  std::vector<Container> all = scene.kept;
  if (scene.serving) all.push_back(*scene.serving);
  if (scene.next) all.push_back(*scene.next);
  std::vector<std::string> up;
  for (const Container& container : all)
    if (container.is_up()) up.push_back(container.id);
  if (!up.empty()) {
    const StepResult stopped = co_await stop(in, up, Purpose::Work);
    if (!is_done(stopped)) co_return Failed{error_of("stop the container", stopped)};
  }
  if (!all.empty()) {
    const StepResult removed = co_await remove(in, ids_of(all), AnonymousVolumes::Keep, Purpose::Work);
    if (!is_done(removed)) co_return Failed{error_of("remove the container", removed)};
  }
  if (docker_block(in).build) {
    Next cleaned = co_await remove_built_images(in);
    if (has_failed(cleaned)) co_return cleaned;
  }
  co_return Done{all.empty() ? "nothing to remove" : "container " + container_name(in.key) + " removed"};
}

}  // namespace deployctl::docker
