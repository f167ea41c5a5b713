#pragma once

// The one table from the kind of a failure to what people read and what happens next (api.md section 4, Failures).

#include <cstdint>
#include <string_view>

#include "api/status.hpp"
#include "base/error.hpp"

namespace deployctl::engine {

/// What is done about a failure.
enum class FailureClass : std::uint8_t {
  BeforeEffect,  ///< nothing was touched: retried with back-off for ever
  Surroundings,  ///< not the release's fault: retried with back-off for ever
  AccessDenied,  ///< Stalled, tried again each interval
  Invalid,       ///< Stalled until spec or source changes
  OfRelease,     ///< rolled back, or counted towards retry.limit
};

/// The condition reason of a failure of this kind.
std::string_view reason_of(ErrorKind kind);

/// The class of a failure recorded under `reason`; `after_effect`: the operation had begun to change things.
FailureClass class_of(std::string_view reason, bool after_effect);

/// The class of a failed operation as its history entry tells it.
FailureClass class_of(const api::HistoryEntry& entry);

/// What a task was ended by, as an error; nothing when it was only told to stop.
std::optional<Error> escaped(const std::exception_ptr& thrown);

}  // namespace deployctl::engine
