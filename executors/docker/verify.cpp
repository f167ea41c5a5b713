#include <algorithm>

#include "docker/image.hpp"
#include "docker/names.hpp"
#include "docker/running.hpp"
#include "docker/scripts.hpp"
#include "process/exit_status.hpp"

namespace deployctl::docker {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Pause;
using executors::Script;
using executors::StepResult;

// A process that ends right after its start is found by looking again: three looks, two seconds.
constexpr Duration kBetweenLooks = std::chrono::seconds(1);
constexpr int kGoodLooks = 3;

Error unhealthy(std::string message) { return fail(ErrorKind::HealthCheckFailed, std::move(message)); }

std::string not_there(const Inputs& in, const Scene& scene) {
  const std::string name = "container " + container_name(in.key);
  if (!scene.serving) return name + " is gone";
  return name + " is of revision " + std::to_string(scene.serving->revision()) + ", not of this release";
}

/// With the last line the container printed, which mostly tells why.
Script explain(Inputs in, std::string message, std::string id) {
  const StepResult printed = co_await logs(in, id);
  if (printed.interrupted()) co_return Failed{error_of("read the container's output", printed)};
  const std::string line = printed.ok() ? process::last_line(printed.process) : std::string();
  co_return Failed{unhealthy(line.empty() ? message : message + ": " + line)};
}

/// Done when it runs as long as we look and its own health check, if any, passes.
Script watch(Inputs in, Container* container) {
  const std::string started = container->started_at;
  const std::int64_t restarts = container->restarts;
  for (int good = 0;;) {
    const RunningReport report = running_report(*container);
    const bool again = container->started_at != started || container->restarts != restarts;
    if (report.state == Running::No || again) {
      const std::string message =
          again && report.state != Running::No ? "container " + container->name + " was restarted" : report.message;
      Next explained = co_await explain(in, message, container->id);
      co_return explained;
    }
    if (report.state == Running::Yes && ++good == kGoodLooks) co_return Done{report.message};
    co_await Pause{kBetweenLooks, report.message};
    const StepResult shown = co_await inspect(in, {container->id}, Purpose::Work);
    if (says_not_there(shown)) co_return Failed{unhealthy("container " + container->name + " is gone")};
    if (!shown.ok()) co_return Failed{error_of("inspect the container", shown)};
    auto containers = read_containers(shown.process.out);
    if (!containers) co_return Failed{containers.error()};
    if (containers->size() != 1) co_return Failed{unhealthy("container " + container->name + " is gone")};
    *container = std::move(containers->front());
  }
}

/// What the spec's image name means on the daemon now; empty when it means nothing there.
Script meaning_of_image(Inputs in, std::string* id) {
  const auto& reference = docker_block(in).image;
  if (!reference) co_return Done{};
  const StepResult shown = co_await inspect_image(in, *reference);
  if (!shown.ok()) {
    if (says_not_there(shown)) co_return Done{};
    co_return Failed{error_of("inspect the image", shown)};
  }
  const auto image = read_image(shown.process.out);
  if (!image) co_return Failed{image.error()};
  *id = image->id;
  co_return Done{};
}

}  // namespace

Script verify(Inputs in, bool drift) {
  Scene scene;
  Next looked = co_await look(in, Purpose::Work, &scene);
  if (std::holds_alternative<Failed>(looked)) co_return looked;
  const Container* found = released(in, scene);
  if (found == nullptr) co_return Failed{unhealthy(not_there(in, scene))};
  Container container = *found;
  Next watched = co_await watch(in, &container);
  if (!drift || std::holds_alternative<Failed>(watched)) co_return watched;
  std::string image;
  Next meant = co_await meaning_of_image(in, &image);
  if (std::holds_alternative<Failed>(meant)) co_return meant;
  const std::string changed = differences(in, container, image);
  if (!changed.empty()) co_return Failed{unhealthy("changed outside: " + changed)};
  co_return watched;
}

}  // namespace deployctl::docker
