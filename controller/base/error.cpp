#include "base/error.hpp"

namespace deployctl {

std::string_view to_string(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Internal: return "Internal";
    case ErrorKind::Transient: return "Transient";
    case ErrorKind::Conflict: return "Conflict";
    case ErrorKind::AlreadyExists: return "AlreadyExists";
    case ErrorKind::Gone: return "Gone";
    case ErrorKind::NotFound: return "NotFound";
    case ErrorKind::Unauthorized: return "Unauthorized";
    case ErrorKind::Forbidden: return "Forbidden";
    case ErrorKind::Invalid: return "Invalid";
    case ErrorKind::Cancelled: return "Cancelled";
    case ErrorKind::TimedOut: return "TimedOut";
    case ErrorKind::DependencyNotReady: return "DependencyNotReady";
    case ErrorKind::SourceFailed: return "SourceFailed";
    case ErrorKind::WorkspaceFailed: return "WorkspaceFailed";
    case ErrorKind::ExecutorUnavailable: return "ExecutorUnavailable";
    case ErrorKind::StateLocked: return "StateLocked";
    case ErrorKind::StepFailed: return "StepFailed";
    case ErrorKind::StepTimedOut: return "StepTimedOut";
    case ErrorKind::HealthCheckFailed: return "HealthCheckFailed";
    case ErrorKind::AccessDenied: return "AccessDenied";
  }
  return "Internal";
}

Error Error::with_context(std::string_view context) const {
  Error wrapped = *this;
  wrapped.message = std::string(context) + ": " + message;
  return wrapped;
}

}  // namespace deployctl
