#include "engine/failures.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>

#include "api/constants.hpp"

namespace deployctl::engine {

namespace reasons = api::reasons;

std::string_view reason_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::Internal: return reasons::kFailed;
    case ErrorKind::Transient:
    case ErrorKind::Gone:
    case ErrorKind::Unauthorized:
    case ErrorKind::ExecutorUnavailable: return reasons::kExecutorUnavailable;
    case ErrorKind::Conflict:
    case ErrorKind::AlreadyExists: return reasons::kConflict;
    case ErrorKind::NotFound:
    case ErrorKind::DependencyNotReady: return reasons::kDependencyNotReady;
    case ErrorKind::Forbidden:
    case ErrorKind::AccessDenied: return reasons::kAccessDenied;
    case ErrorKind::Invalid: return reasons::kInvalidSpec;
    case ErrorKind::Cancelled: return reasons::kCancelled;
    case ErrorKind::TimedOut:
    case ErrorKind::StepTimedOut: return reasons::kStepTimeout;
    case ErrorKind::SourceFailed: return reasons::kSourceFailed;
    case ErrorKind::WorkspaceFailed: return reasons::kWorkspaceError;
    case ErrorKind::StateLocked: return reasons::kStateLocked;
    case ErrorKind::StepFailed: return reasons::kStepFailed;
    case ErrorKind::HealthCheckFailed: return reasons::kHealthCheckFailed;
  }
  return reasons::kFailed;
}

FailureClass class_of(std::string_view reason, bool after_effect) {
  if (reason == reasons::kInvalidSpec) return FailureClass::Invalid;
  if (reason == reasons::kAccessDenied) return FailureClass::AccessDenied;
  static constexpr std::array kSurroundings{reasons::kSourceFailed, reasons::kExecutorUnavailable,
                                            reasons::kWorkspaceError, reasons::kStateLocked,
                                            reasons::kDependencyNotReady};
  if (std::ranges::find(kSurroundings, reason) != kSurroundings.end()) return FailureClass::Surroundings;
  return after_effect ? FailureClass::OfRelease : FailureClass::BeforeEffect;
}

FailureClass class_of(const api::HistoryEntry& entry) { return class_of(entry.reason, entry.revision > 0); }

std::optional<Error> escaped(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const boost::system::system_error& error) {
    if (error.code() == boost::asio::error::operation_aborted) return std::nullopt;
    return fail(ErrorKind::Internal, std::string("an exception escaped: ") + error.what());
  } catch (const std::exception& error) {
    return fail(ErrorKind::Internal, std::string("an exception escaped: ") + error.what());
  } catch (...) {
    return fail(ErrorKind::Internal, "an exception of an unknown type escaped");
  }
}

}  // namespace deployctl::engine
