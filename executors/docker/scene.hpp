#pragma once

// What is there of one Deployment on its daemon, and what role each container plays. All plans are made from this
// alone, so that a procedure may begin at any point a crash left. The roles follow from the names:
//
//   NAME alone                  serves
//   NAME, NAME_next             new one made, not started: it starts only after NAME was renamed
//   NAME-rN, NAME_next          on trial: the old one is kept
//   NAME-rN alone               a restore that did not end
//   NAME, NAME-rN               settled: what is kept is rubbish

#include <optional>
#include <vector>

#include "docker/output.hpp"
#include "executors/executor.hpp"

namespace deployctl::docker {

struct Scene {
  std::optional<Container> serving;  ///< NAME
  std::optional<Container> next;     ///< NAME_next
  std::vector<Container> kept;       ///< NAME-rN, newest revision first

  /// What an unsettled release would go back to: the newest kept one, while there is no NAME.
  [[nodiscard]] const Container* old() const { return serving || kept.empty() ? nullptr : &kept.front(); }
};

/// Sorts what was found. Error: Conflict, naming a container that has one of our names and not our labels.
Result<Scene> read_scene(const executors::Inputs& in, std::vector<Container> containers);

/// Made for exactly this operation's inputs (revision, digest).
bool is_made_for(const Container& container, const executors::Inputs& in);
/// Runs what these inputs ask for, whichever operation made it: the same digest and, when it is known, image.
bool is_release(const Container& container, const executors::Inputs& in);
/// The container, on trial or serving, that runs the release; null when there is none.
const Container* released(const executors::Inputs& in, const Scene& scene);

}  // namespace deployctl::docker
