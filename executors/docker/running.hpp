#pragma once

// Does the container of a release run, and does it stay? Pure.

#include <cstdint>
#include <optional>
#include <string>

#include "docker/output.hpp"
#include "executors/executor.hpp"

namespace deployctl::docker {

enum class Running : std::uint8_t { Yes, NotYet, No };

struct RunningReport {
  Running state = Running::Yes;
  std::string message;  ///< why not (yet), for people
};

/// What one look says. A container that restarts, has ended, or whose own HEALTHCHECK fails does not run.
RunningReport running_report(const Container& container);

/// How the live container differs from the spec where it can be changed from outside; empty when it does not. `image`
/// is what the spec's image name means on this daemon now, empty when it means nothing.
std::string differences(const executors::Inputs& in, const Container& container, const std::string& image);

}  // namespace deployctl::docker
