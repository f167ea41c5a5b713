#include <map>

#include "compose/commands.hpp"
#include "compose/images.hpp"
#include "compose/names.hpp"
#include "compose/scripts.hpp"

namespace deployctl::compose {
namespace {

using docker::Container;
using docker::Running;
using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Pause;
using executors::Script;

// A process that ends right after its start is found by looking again: three looks, two seconds.
constexpr Duration kBetweenLooks = std::chrono::seconds(1);
constexpr int kGoodLooks = 3;

using Starts = std::map<std::string, std::pair<std::string, std::int64_t>>;

Starts starts_of(const std::vector<Container>& containers) {
  Starts starts;
  for (const Container& container : containers) starts[container.id] = {container.started_at, container.restarts};
  return starts;
}

/// The first that has been started anew since; null when none was.
const Container* restarted(const std::vector<Container>& containers, const Starts& since) {
  for (const Container& container : containers) {
    const auto before = since.find(container.id);
    if (before == since.end() || before->second != std::pair(container.started_at, container.restarts))
      return &container;
  }
  return nullptr;
}

/// Done when all run as long as we look, and their own health checks pass.
Script watch(Inputs in) {
  Starts since;
  for (int looks = 0, good = 0;; ++looks) {
    Scene scene;
    Next looked = co_await look(in, docker::Purpose::Work, &scene);
    if (std::holds_alternative<Failed>(looked)) co_return looked;
    if (const std::string other = not_of_release(in, scene); !other.empty())
      co_return Failed{fail(ErrorKind::HealthCheckFailed, other)};
    const std::vector<Container> containers = of_release(in, scene);
    if (looks == 0) since = starts_of(containers);
    const Container* bad = worst(containers);
    const Container* again = restarted(containers, since);
    if (bad != nullptr && report_on(*bad).state == Running::No) again = nullptr;
    if (again != nullptr || (bad != nullptr && report_on(*bad).state == Running::No)) {
      const Container& to_blame = again != nullptr ? *again : *bad;
      const std::string message =
          again != nullptr ? "container " + again->name + " was restarted" : report_on(*bad).message;
      Next explained = co_await explain(in, ErrorKind::HealthCheckFailed, message, to_blame.id);
      co_return explained;
    }
    if (bad == nullptr && ++good == kGoodLooks) co_return Done{"project " + project_of(in) + " runs"};
    co_await Pause{kBetweenLooks, bad != nullptr ? report_on(*bad).message : "looking again"};
  }
}

}  // namespace

Script verify(Inputs in, bool drift) {
  Next watched = co_await watch(in);
  if (!drift || std::holds_alternative<Failed>(watched)) co_return watched;
  std::string moved;
  Next looked = co_await moved_images(in, &moved);
  if (std::holds_alternative<Failed>(looked)) co_return looked;
  if (!moved.empty()) co_return Failed{fail(ErrorKind::HealthCheckFailed, "changed outside: " + moved)};
  co_return watched;
}

}  // namespace deployctl::compose
