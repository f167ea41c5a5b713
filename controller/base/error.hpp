#pragma once

// A failure as a value: what kind it is (which decides what happens next) and a sentence for people.
// Made at the leaf, given context on the way up, logged once where it is handled. Never thrown.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace deployctl {

/// What went wrong, as far as it changes what is done about it. `engine/failures` holds the one table from kind to
/// condition reason and retry class.
enum class ErrorKind : std::uint8_t {
  Internal,             ///< none of the others: a bug to look at
  Transient,            ///< network, 429, 5xx: the same call may succeed later
  Conflict,             ///< optimistic lock lost (409), or a server-side apply conflict when a tool says so
  AlreadyExists,        ///< 409 AlreadyExists on create
  Gone,                 ///< 410: the resourceVersion is too old, list again
  NotFound,             ///< 404
  Unauthorized,         ///< 401
  Forbidden,            ///< 403
  Invalid,              ///< 400, 422, or a spec, source or argument that cannot work as it is
  Cancelled,            ///< stopped because somebody asked
  TimedOut,             ///< a deadline of ours passed
  DependencyNotReady,   ///< a referenced Secret, ConfigMap or object is missing or not ready
  SourceFailed,         ///< fetching, verifying or unpacking a source
  WorkspaceFailed,      ///< our own disk: full, read-only, no inodes
  ExecutorUnavailable,  ///< the tool's binary or daemon is missing
  StateLocked,          ///< a tool's lock is held by somebody else
  StepFailed,           ///< a tool ran and said no
  StepTimedOut,         ///< a tool ran too long
  HealthCheckFailed,    ///< the gate after a deployment
  AccessDenied,         ///< the product's own rules refuse (namespace, scope, executor switch)
};

/// The kind's name as it stands in logs, e.g. `StepFailed`.
std::string_view to_string(ErrorKind kind);

struct Error {
  ErrorKind kind = ErrorKind::Internal;
  /// What we were doing, to which object, what came back: lower case, no full stop, one line. May hold tool output:
  /// pass it through a Redactor before it leaves the process.
  std::string message;
  /// The server's Retry-After, when it sent one.
  std::optional<std::chrono::milliseconds> retry_after = {};

  /// "<context>: <message>", same kind.
  [[nodiscard]] Error with_context(std::string_view context) const;

  bool operator==(const Error&) const = default;
};

}  // namespace deployctl
