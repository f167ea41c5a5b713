#include "compose/scripts.hpp"

#include <utility>

#include "compose/commands.hpp"
#include "compose/files.hpp"
#include "compose/images.hpp"
#include "compose/names.hpp"
#include "compose/output.hpp"
#include "compose/reads.hpp"
#include "compose/refusals.hpp"
#include "docker/image.hpp"
#include "executors/adopted.hpp"
#include "process/exit_status.hpp"

namespace deployctl::compose {
namespace {

using docker::Container;
using docker::error_of;
using docker::Purpose;
using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Script;
using executors::ScriptContext;
using executors::StepResult;

/// Kind of our line in the inventory.
constexpr std::string_view kProject = "project";

bool has_failed(const Next& end) { return std::holds_alternative<Failed>(end); }

/// Fills `containers` with those of the ids that are (still) there.
Script inspect_all(Inputs in, std::string ids_text, Purpose purpose, std::vector<Container>* containers) {
  containers->clear();
  const auto ids = docker::read_ids(ids_text);
  if (!ids) co_return Failed{ids.error()};
  if (ids->empty()) co_return Done{};
  const StepResult shown = co_await docker::inspect(in, *ids, purpose);
  if (!shown.ok() && !docker::says_not_there(shown)) co_return Failed{error_of("inspect containers", shown)};
  auto found = docker::read_containers(shown.process.out);
  if (!found) co_return Failed{found.error()};
  *containers = std::move(*found);
  co_return Done{};
}

/// Fills `model`; refuses what must not run.
Script render_project(Inputs in, bool restricted, Model* model) {
  const auto files = compose_files(in);
  if (!files) co_return Failed{files.error()};
  const executors::Step rendering = render(in, *files);
  if (auto refused = outside_read(in, *files, std::get<process::Command>(rendering.work).env))
    co_return Failed{*refused};
  const StepResult rendered = co_await rendering;
  if (!rendered.ok()) co_return Failed{render_error(in, rendered)};
  if (const auto undefined = undefined_variables(rendered.process.err); !undefined.empty())
    co_return Failed{fail(ErrorKind::Invalid, "compose file: ${" + undefined.front() +
                                                  "} is not defined: declare it in spec.variables (a .env file is not "
                                                  "read), or give it a default: ${" +
                                                  undefined.front() + ":-}")};
  auto read = read_model(in, rendered.process.out);
  if (!read) co_return Failed{read.error()};
  if (auto refused = refusal(in, *read, restricted)) co_return Failed{*refused};
  *model = std::move(*read);
  co_return Done{};
}

/// Names that the file fixes must be free, or ours.
Script check_names(Inputs in, Model model) {
  std::vector<std::string> names;
  for (const Service& service : model.services)
    if (!service.container_name.empty()) names.push_back(service.container_name);
  if (names.empty()) co_return Done{};
  const StepResult listed = co_await list_named(in, names);
  if (!listed.ok()) co_return Failed{error_of("look for containers", listed)};
  std::vector<Container> containers;
  Next inspected = co_await inspect_all(in, listed.process.out, Purpose::Work, &containers);
  if (has_failed(inspected)) co_return inspected;
  if (auto taken = conflict(in, read_scene(in, std::move(containers)))) co_return Failed{*taken};
  co_return Done{};
}

std::string one_shot_words(const std::string& service) {
  return "service " + service +
         " ended with code 0 while it was waited for until it runs: if it is meant to end, let the service that needs "
         "it "
         "depend on it with condition service_completed_successfully";
}

/// Why the project did not come up: the container that is to blame, in its own words.
Script blame(Inputs in, StepResult up) {
  Error error = error_of("docker-compose up", up);
  if (error.kind != ErrorKind::StepFailed) co_return Failed{error};
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return Failed{error};
  const std::vector<Container> containers = of_release(in, scene);
  const Container* found = worst(containers);
  // What the daemon itself refused is said best by its own words.
  if (found == nullptr || found->status == "created") co_return Failed{error};
  if (found->status == "exited" && found->exit_code == 0)
    co_return Failed{fail(ErrorKind::StepFailed, one_shot_words(found->label(kServiceLabel)))};
  const ErrorKind kind = found->health.empty() ? ErrorKind::StepFailed : ErrorKind::HealthCheckFailed;
  Next explained = co_await explain(in, kind, report_on(*found).message, found->id);
  co_return explained;
}

/// Services that only the release which is gone back from has: compose itself leaves what left the file.
Script remove_abandoned(Inputs in) {
  const Json abandoned = in.abandoned_pins.is_object() ? in.abandoned_pins.value("hashes", Json::object()) : Json();
  if (!in.rollback || !abandoned.is_object()) co_return Done{};
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  std::vector<std::string> ids;
  for (const Container& container : scene.ours) {
    const std::string service = container.label(kServiceLabel);
    if (abandoned.contains(service) && !in.pins.at("hashes").contains(service)) ids.push_back(container.id);
  }
  if (ids.empty()) co_return Done{};
  const StepResult removed = co_await docker::remove(in, std::move(ids), docker::AnonymousVolumes::Keep, Purpose::Work);
  if (!removed.ok() && !docker::says_not_there(removed))
    co_return Failed{error_of("remove the services of the failed release", removed)};
  co_return Done{};
}

}  // namespace

Script look(Inputs in, Purpose purpose, Scene* scene) {
  *scene = Scene{};
  const StepResult listed = co_await list_project(in, purpose);
  if (!listed.ok()) co_return Failed{error_of("look for containers", listed)};
  std::vector<Container> containers;
  Next inspected = co_await inspect_all(in, listed.process.out, purpose, &containers);
  if (has_failed(inspected)) co_return inspected;
  *scene = read_scene(in, std::move(containers));
  co_return Done{};
}

Script explain(Inputs in, ErrorKind kind, std::string message, std::string id) {
  const StepResult printed = co_await docker::logs(in, id);
  if (printed.interrupted()) co_return Failed{error_of("read the container's output", printed)};
  const std::string line = printed.ok() ? process::last_line(printed.process) : std::string();
  co_return Failed{fail(kind, line.empty() ? message : message + ": " + line)};
}

Script deploy(Inputs in, bool restricted, ScriptContext& context) {
  context.remembered.pins = in.pins;
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  context.remembered.inventory =
      Json::array({executors::inventory_line(kProject, project_of(in), in.inventory, !scene.ours.empty())});
  if (auto taken = conflict(in, scene)) co_return Failed{*taken};
  Model model;
  Next rendered = co_await render_project(in, restricted, &model);
  if (has_failed(rendered)) co_return rendered;
  Next named = co_await check_names(in, model);
  if (has_failed(named)) co_return named;
  Images images;
  Next obtained = co_await obtain_images(in, model, &images);
  if (has_failed(obtained)) co_return obtained;
  const std::string file = run_file(in, model, ids_of(images));
  const StepResult hashed = co_await hashes(in, file);
  if (!hashed.ok()) co_return Failed{render_error(in, hashed)};
  const auto read = read_hashes(hashed.process.out);
  if (!read) co_return Failed{read.error()};
  in.pins = pins_of(model, images, *read);
  context.remembered.pins = in.pins;

  Next kept = co_await keep_images(in, model, images);
  if (has_failed(kept)) co_return kept;
  const StepResult upped = co_await up(in, file);
  if (!upped.ok()) {
    Next blamed = co_await blame(in, upped);
    co_return blamed;
  }
  Next left = co_await remove_abandoned(in);
  if (has_failed(left)) co_return left;
  co_return Done{"project " + project_of(in) + " runs " + std::to_string(model.services.size()) +
                 (model.services.size() == 1 ? " service" : " services")};
}

Script settle(Inputs in) {
  Next released = co_await release_images(in, false);
  if (has_failed(released)) co_return released;
  co_return Done{"project " + project_of(in) + " serves"};
}

Script destroy(Inputs in) {
  if (in.spare_adopted && executors::is_adopted(in.inventory, kProject, project_of(in)))
    co_return Done{.message = "nothing removed",
                   .caveat = "project " + project_of(in) + " stood there before and stays as it is now"};
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (has_failed(looked)) co_return looked;
  if (auto taken = conflict(in, scene)) co_return Failed{*taken};
  const StepResult downed = co_await down(in);
  if (!downed.ok()) co_return Failed{error_of("docker-compose down", downed)};
  Next released = co_await release_images(in, true);
  if (has_failed(released)) co_return released;
  Next cleaned = co_await docker::remove_built_images(in);
  if (has_failed(cleaned)) co_return cleaned;
  co_return Done{scene.ours.empty() ? "nothing to remove" : "project " + project_of(in) + " removed"};
}

}  // namespace deployctl::compose
