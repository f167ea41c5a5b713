#pragma once

// What is done next about one object: exactly one of these. Pure data, comparable, so that a test says what it expects.

#include <optional>
#include <string>
#include <variant>

#include "api/status.hpp"
#include "base/time.hpp"
#include "engine/rest.hpp"
#include "engine/slot_line.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

/// Not ours to touch (being deleted without our finalizer).
struct Nothing {
  bool operator==(const Nothing&) const = default;
};
/// Writes nothing; comes again then, or when something changes.
struct Wait {
  std::optional<WallTime> until;
  std::optional<Urgency> slot = {};  ///< it waits for an operation slot
  bool operator==(const Wait&) const = default;
};
struct AddFinalizer {
  bool operator==(const AddFinalizer&) const = default;
};
/// Everything that had to go is gone, or stays by the user's will (`orphan`).
struct RemoveFinalizer {
  bool orphan = false;
  bool operator==(const RemoveFinalizer&) const = default;
};
/// The status is empty: look whether kept revisions of an earlier life are there.
struct LookBack {
  bool operator==(const LookBack&) const = default;
};
/// Read source, variables and references; work out the digest.
struct Resolve {
  bool operator==(const Resolve&) const = default;
};
/// An operation of a holder proven dead is taken over by its executor's rule.
struct Recover {
  bool operator==(const Recover&) const = default;
};
struct Begin {
  std::string trigger;  ///< Spec, Source, Variables, Request
  std::int64_t attempt = 1;
  bool forced = false;
  bool moves = false;     ///< destroy at the recorded target first
  bool approved = false;  ///< status.plan is what it carries out
  bool operator==(const Begin&) const = default;
};
struct RollBack {
  history::RollbackTarget target;
  std::string trigger;  ///< Automatic, Request
  std::int64_t attempt = 1;
  bool approved = false;  ///< status.plan is what it carries out
  bool operator==(const RollBack&) const = default;
};
struct Destroy {
  bool operator==(const Destroy&) const = default;
};
/// The operation that runs here: take what its last step left and start the next one.
struct Continue {
  bool operator==(const Continue&) const = default;
};
enum class StopCause { None, Requested, Superseded, Overdue, Deleted, Shutdown, Dropped };
/// The operation that runs here is stopped, politely.
struct Cancel {
  StopCause cause = StopCause::Requested;
  bool operator==(const Cancel&) const = default;
};
/// A request is answered, or noted as Pending, without anything running for it.
struct Answer {
  enum class Which { Force, Rollback, Approve, Cancel };
  Which which = Which::Rollback;
  api::Request request;  ///< `at` is filled in by the record
  bool operator==(const Answer&) const = default;
};
/// Look at what serves: the executor's verify, health.post, and drift.
struct CheckHealth {
  Rest rest;
  bool operator==(const CheckHealth&) const = default;
};
/// Say what is, and rest until then.
struct Settle {
  Rest rest;
  std::optional<WallTime> until;
  bool operator==(const Settle&) const = default;
};

using Decision = std::variant<Nothing, Wait, AddFinalizer, RemoveFinalizer, LookBack, Resolve, Recover, Begin, RollBack,
                              Destroy, Continue, Cancel, Answer, CheckHealth, Settle>;

/// For logs: "Begin", "CheckHealth"…
std::string_view name_of(const Decision& decision);

}  // namespace deployctl::engine
