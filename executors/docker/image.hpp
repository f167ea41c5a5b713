#pragma once

// Which image a release runs, and how it is kept the same: the id and, when a registry knows it, the digest are pins of
// the revision; a rollback runs exactly these.

#include <optional>

#include "docker/output.hpp"
#include "executors/executor.hpp"
#include "executors/script.hpp"

namespace deployctl::docker {

/// {"image": id, "digest": "repository@sha256:…"}; the digest only when the registry gave one.
Json pins_of(const executors::Inputs& in, const Image& image);

/// A variable whose value cannot be handed to docker (a line break under a name docker itself obeys).
std::optional<Error> refused_variables(const executors::Inputs& in);

/// Fills `image` with the one the inputs mean: the pinned one, else built or pulled as the spec says.
executors::Script obtain_image(executors::Inputs in, Image* image);

/// Those built for this Deployment; one that is still used elsewhere stays.
executors::Script remove_built_images(executors::Inputs in);
/// Of these, the ones that no kept revision would run. One that cannot be removed now is tried again after the next
/// release.
executors::Script release_built_images(executors::Inputs in);

}  // namespace deployctl::docker
