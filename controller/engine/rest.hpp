#pragma once

// What an object says of itself while nothing of its own runs: the summary in Ready, and whether we go on by ourselves
// (Reconciling) or stopped (Stalled). Decided by `decide`, written by `record`. Pure data.

#include <string>
#include <utility>

#include "api/constants.hpp"

namespace deployctl::engine {

struct Rest {
  enum class Kind {
    Unchanged,  ///< nothing is known that the status does not say already
    Converged,  ///< what is asked serves
    Waiting,    ///< Ready=False with `reason`; goes on by itself
    Approval,   ///< status.plan waits for a person
    Stalled,    ///< Ready=False with `reason`, Stalled with `stalled_reason`; a change or a person is needed
    Suspended,
    Held,  ///< Ready=Unknown with `reason`: an operation is open, and another controller may still perform it
  };
  Kind kind = Kind::Unchanged;
  std::string reason;
  std::string stalled_reason;
  /// Empty: the message of a condition that says the same reason already is kept.
  std::string message;
  /// The message is only a shorter memory of what a condition with the same reason says: that one is kept.
  bool recalled = false;
  /// The conditions are about the current generation from now on.
  bool observed = false;
  /// status.plan is not what is asked any more.
  bool drops_plan = false;
  bool operator==(const Rest&) const = default;
};

inline Rest converged() { return {.kind = Rest::Kind::Converged, .observed = true}; }
inline Rest waiting(std::string_view reason, std::string message) {
  return {.kind = Rest::Kind::Waiting, .reason = std::string(reason), .message = std::move(message)};
}
inline Rest stalled(std::string_view reason, std::string message, std::string_view stalled_reason = {}) {
  return {.kind = Rest::Kind::Stalled,
          .reason = std::string(reason),
          .stalled_reason = std::string(stalled_reason.empty() ? reason : stalled_reason),
          .message = std::move(message),
          .observed = true};
}
inline Rest awaiting_approval(bool observed) {
  return {.kind = Rest::Kind::Approval, .reason = std::string(api::reasons::kAwaitingApproval), .observed = observed};
}
/// From a history entry, whose message was cut.
inline Rest recalled(Rest rest) {
  rest.recalled = true;
  return rest;
}
inline Rest held(std::string_view reason, std::string message) {
  return {.kind = Rest::Kind::Held, .reason = std::string(reason), .message = std::move(message)};
}
/// `observed`: this generation asks for what serves already.
inline Rest suspended(bool observed) {
  return {.kind = Rest::Kind::Suspended, .reason = std::string(api::reasons::kSuspended), .observed = observed};
}

}  // namespace deployctl::engine
