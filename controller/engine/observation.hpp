#pragma once

// What is known about one object beside the object itself: requests, the holder of its open operation, and what this
// process remembers of it. Made by observe(), read by decide(). Pure data.

#include <cstdint>
#include <optional>
#include <string>

#include "api/requests.hpp"
#include "api/status.hpp"
#include "base/error.hpp"
#include "base/time.hpp"

namespace deployctl::engine {

/// The holder of status.operation, as far as we can prove.
enum class HolderState { Us, Dead, Unproven };

struct SeenHolder {
  HolderState state = HolderState::Unproven;
  std::string missing;  ///< Unproven: a clause that says why
  WallTime dead_by{};   ///< Dead: HolderProof::by
  bool operator==(const SeenHolder&) const = default;
};

/// An operation that runs in this process.
struct Running {
  std::string id;
  api::OperationKind kind = api::OperationKind::Deploy;
  bool busy = false;           ///< a task of it runs; else its result waits to be taken
  bool stopping = false;       ///< was told to stop
  bool interruptible = false;  ///< stands where a new spec may cancel it (nothing touched yet, plan, verify, checks)
  std::int64_t generation = 0;
  std::string digest, gate;  ///< what the spec asked for when it began
  std::string request;       ///< token of the request it serves
  std::optional<WallTime> deadline;
  std::optional<WallTime> progress_due;  ///< when its progress should be written
  bool operator==(const Running&) const = default;
};

/// What the spec asks for, worked out.
struct Desired {
  std::int64_t generation = 0;
  WallTime at{};
  std::optional<Error> error;  ///< then digest and gate are not known
  std::int64_t failures = 0;   ///< in a row, of working it out
  std::string digest, gate;
  std::string source;                      ///< SHA-256 of its files
  std::string trigger = "Spec";            ///< what made it differ from before
  std::optional<std::string> target_move;  ///< the sentence, when it lives elsewhere than recorded
  std::string reconcile_token;             ///< the requested-at it was worked out for
  bool operator==(const Desired&) const = default;
};

struct Observation {
  SeenHolder holder;
  std::optional<Running> running;
  std::optional<Desired> desired;
  bool references_changed = false;  ///< since `desired` was worked out
  api::Requests requests;
  bool slot_free = true;
  WallTime started{};                  ///< of this process: re-checks after a start are spread from here
  std::optional<WallTime> checked_at;  ///< what serves was last looked at by this process
  bool checking = false;
  bool looked_back = false;  ///< kept revisions were looked for, or need not be
  bool destroyed = false;
  std::optional<WallTime> destroy_retry_at;
  bool operator==(const Observation&) const = default;
};

}  // namespace deployctl::engine
