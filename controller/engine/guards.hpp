#pragma once

// The guards of decide(), each answering what it decides or nothing ("not my case, ask the next"). Internal to decide.

#include <chrono>
#include <optional>

#include "api/deployment.hpp"
#include "engine/decision.hpp"
#include "engine/observation.hpp"

namespace deployctl::engine::guards {

/// One look at one object, handed from guard to guard.
struct Look {
  const api::Deployment& object;
  const Observation& seen;
  WallTime now;

  [[nodiscard]] const api::DeploymentStatus& status() const { return object.status; }
  /// What was worked out for this very generation.
  [[nodiscard]] const Desired* desired() const {
    return seen.desired && seen.desired->generation == object.meta.generation ? &*seen.desired : nullptr;
  }
  [[nodiscard]] bool forced() const { return seen.requests.force.has_value(); }
};
using Answer = std::optional<Decision>;

/// A freed slot wakes the first of those that wait; the time is only in case it did not.
inline Wait wait_for_slot(const Look& look, Urgency urgency) {
  return Wait{.until = look.now + std::chrono::seconds(30), .slot = urgency};
}

// guards_operation.cpp
Answer open_elsewhere(const Look& look);      // 1
Answer being_deleted(const Look& look);       // 2
Answer unfinalized(const Look& look);         // 3
Answer open_here(const Look& look);           // 4
Answer empty_status(const Look& look);        // lost status, before anything is begun
Answer asked_to_answer(const Look& look);     // requests that nothing can run for
Answer asked_to_roll_back(const Look& look);  // 5

// guards_desired.cpp: what is asked
Answer unresolved(const Look& look);  // 6
/// Guards 7-12: something to begin, or how the object rests; `until` is when that changes by itself.
struct Standing {
  std::optional<Decision> decision;
  Rest rest;
  std::optional<WallTime> until;
};
Standing standing(const Look& look);

// guards_serving.cpp
Decision look_after_what_serves(const Look& look, Standing standing);  // 13
/// When what serves is due to be looked at again (and the inputs with it).
WallTime recheck_due(const Look& look);

}  // namespace deployctl::engine::guards
