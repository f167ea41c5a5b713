#pragma once

// What is there of one project on its daemon, and what that says about a release. Pure.

#include <string>
#include <vector>

#include "docker/output.hpp"
#include "docker/running.hpp"
#include "executors/executor.hpp"

namespace deployctl::compose {

struct Scene {
  std::vector<docker::Container> ours;     ///< of services; by name
  std::vector<docker::Container> foreign;  ///< in the project or under a name it needs, without our labels
};

/// Sorts what was found. One-off containers (`docker compose run`) of ours are left out: nothing is said about them.
Scene read_scene(const executors::Inputs& in, std::vector<docker::Container> containers);

/// Conflict, naming a container that is not ours; nothing when there is none.
std::optional<Error> conflict(const executors::Inputs& in, const Scene& scene);

/// Does it run, or has it done what it was made for?
docker::RunningReport report_on(const docker::Container& container);

/// The first of our containers that does not run (yet); nothing when all do. `worst`: those that never will come first.
const docker::Container* worst(const std::vector<docker::Container>& containers);
const docker::Container* worst(std::vector<docker::Container>&& containers) = delete;

/// How what is there differs from the release, whose pins say image and configuration of each service; empty when it
/// does not. Services the pins do not know are no part of it.
std::string not_of_release(const executors::Inputs& in, const Scene& scene);
/// Those of the release; all when nothing was pinned yet.
std::vector<docker::Container> of_release(const executors::Inputs& in, const Scene& scene);

}  // namespace deployctl::compose
