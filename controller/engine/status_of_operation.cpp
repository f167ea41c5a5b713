#include <algorithm>
#include <utility>

#include "api/conditions.hpp"
#include "api/constants.hpp"
#include "base/duration.hpp"
#include "engine/failures.hpp"
#include "engine/next_status.hpp"
#include "engine/past.hpp"
#include "engine/status_parts.hpp"
#include "history/quarantine.hpp"
#include "history/records.hpp"

namespace deployctl::engine {

namespace {

namespace conditions = api::conditions;
namespace reasons = api::reasons;
using api::ConditionStatus;
using api::HistoryResult;
using api::OperationKind;

std::string_view progress_reason(const api::Operation& operation) {
  return operation.attempt > 1 ? reasons::kProgressingWithRetry : reasons::kProgressing;
}

void says_progress(api::DeploymentStatus& status, const api::Operation& operation, const std::string& message,
                   WallTime now) {
  parts::say(status, conditions::kReady, ConditionStatus::Unknown, progress_reason(operation), message, now);
  parts::work_goes_on(status, progress_reason(operation), message, now);
}

void echo(std::optional<api::Request>& slot, const std::optional<std::string>& token, api::RequestResult result,
          std::string message, WallTime now) {
  if (!token) return;
  slot = api::Request{.token = *token, .result = result, .message = std::move(message), .at = now};
}

void succeed(api::DeploymentStatus& status, const api::Deployment& object, const Closing& closing, WallTime now) {
  const api::Operation& operation = closing.operation;
  status.revision = operation.revision;
  status.version = closing.version;
  status.last_success_at = now;
  if (closing.inventory) status.inventory = closing.inventory;
  if (closing.target) status.target = closing.target;
  if (closing.tells_outputs) status.outputs = closing.outputs;
  parts::healthy(status, ConditionStatus::True, "checks passed after the deployment", closing.checks, now);
  if (api::drift_of(object.spec) == api::Drift::Report)
    parts::say(status, conditions::kDrifted, ConditionStatus::False, reasons::kInSync, "as deployed", now);
  if (operation.kind == OperationKind::Deploy) {
    history::lift_quarantine(status, operation.digest);
    parts::at_rest(status);
    parts::say(status, conditions::kReady, ConditionStatus::True, reasons::kSucceeded, closing.message, now);
    return;
  }
  history::mark_rolled_back(status.history, closing.abandoned_digest);
  parts::say(status, conditions::kReady, ConditionStatus::False, reasons::kRolledBack, closing.message, now);
  parts::work_stopped(status, reasons::kRolledBack, closing.message, now);
}

/// What was seen of the revision before is not true of what half stands there now.
void knows_no_more(api::DeploymentStatus& status, WallTime now) {
  api::remove_condition(status.conditions, conditions::kDrifted);
  if (api::find_condition(status.conditions, conditions::kHealthy) != nullptr)
    parts::healthy(status, ConditionStatus::Unknown, "not checked, because the release did not come through", {}, now);
}

/// Whether another attempt is planned is decided at the next pass, from what stands here.
void fail(api::DeploymentStatus& status, const Closing& closing, WallTime now) {
  const FailureClass kind = class_of(closing.reason, closing.operation.revision > 0);
  const bool rollback = closing.operation.kind == OperationKind::Rollback;
  if (closing.reason == reasons::kHealthCheckFailed && closing.release_ran)
    parts::healthy(status, ConditionStatus::False, closing.message, closing.checks, now);
  if (closing.reason != reasons::kHealthCheckFailed && closing.release_ran) knows_no_more(status, now);
  const bool gives_up = kind == FailureClass::Invalid || kind == FailureClass::AccessDenied;
  const std::string_view ready = rollback && (gives_up || kind == FailureClass::OfRelease)
                                     ? reasons::kRollbackFailed
                                     : std::string_view(closing.reason);
  parts::say(status, conditions::kReady, ConditionStatus::False, ready, closing.message, now);
  if (gives_up) return parts::work_stopped(status, ready, closing.message, now);
  parts::work_goes_on(status, reasons::kProgressingWithRetry, closing.message, now);
}

void end(api::DeploymentStatus& status, const api::Deployment& object, const Closing& closing, WallTime now) {
  switch (closing.result) {
    case HistoryResult::Succeeded: return succeed(status, object, closing, now);
    case HistoryResult::Failed:
    case HistoryResult::RolledBack: return fail(status, closing, now);
    case HistoryResult::Cancelled:
      if (closing.release_ran) knows_no_more(status, now);
      parts::say(status, conditions::kReady, ConditionStatus::False, reasons::kCancelled, closing.message, now);
      return parts::work_stopped(status, reasons::kCancelled, closing.message, now);
    case HistoryResult::Interrupted:
    case HistoryResult::Superseded:
      parts::say(status, conditions::kReady, ConditionStatus::Unknown, reasons::kProgressing, closing.message, now);
      return parts::work_goes_on(status, reasons::kProgressing, closing.message, now);
  }
}

void end_of_destroy(api::DeploymentStatus& status, const Closing& closing, WallTime now) {
  const std::string message =
      closing.message + "; set spec.deletionPolicy to Orphan to let the object go and leave what was deployed";
  parts::say(status, conditions::kReady, ConditionStatus::False, reasons::kDestroyFailed, message, now);
  parts::work_goes_on(status, reasons::kProgressingWithRetry, message, now);
}

/// The same end written twice (the answer of the first was lost) is one end.
bool is_recorded(const api::DeploymentStatus& status, const Closing& closing) {
  if (status.operation || closing.operation.revision == 0) return false;
  return std::ranges::any_of(status.history, [&](const api::HistoryEntry& entry) {
    return entry.revision == closing.operation.revision && entry.kind == closing.operation.kind;
  });
}

void echo_requests(api::DeploymentStatus& status, const Closing& closing, WallTime now) {
  using api::RequestResult;
  echo(status.last_handled.reconcile, closing.reconcile_token, RequestResult::Done, {}, now);
  echo(status.last_handled.cancel, closing.cancel_token, RequestResult::Done, {}, now);
  const bool succeeded = closing.result == HistoryResult::Succeeded;
  const bool put_off = closing.result == HistoryResult::Interrupted;
  const RequestResult forced =
      closing.result == HistoryResult::Superseded ? RequestResult::Refused : RequestResult::Done;
  if (!put_off) echo(status.last_handled.force, closing.force_token, forced, closing.message, now);
  const FailureClass kind = class_of(closing.reason, closing.operation.revision > 0);
  const bool tried_again = closing.result == HistoryResult::Failed &&
                           (kind == FailureClass::BeforeEffect || kind == FailureClass::Surroundings);
  if (put_off) return;
  const RequestResult result = succeeded     ? RequestResult::Done
                               : tried_again ? RequestResult::Pending
                                             : RequestResult::Refused;
  echo(status.last_handled.rollback, closing.rollback_token, result, closing.message, now);
}

/// What was approved stays so while it is tried again; a rollback that failed as a release is not.
bool is_tried_again(const Closing& closing) {
  if (closing.result == HistoryResult::Interrupted) return true;
  if (closing.result != HistoryResult::Failed) return false;
  switch (class_of(closing.reason, closing.operation.revision > 0)) {
    case FailureClass::BeforeEffect:
    case FailureClass::Surroundings: return true;
    case FailureClass::OfRelease: return closing.operation.kind == OperationKind::Deploy;
    default: return false;
  }
}

void end_of_plan(api::DeploymentStatus& status, const Closing& closing, WallTime now) {
  using api::RequestResult;
  if (!closing.approve_token || !status.plan || *closing.approve_token != status.plan->id)
    return parts::drop_plan(status, now);
  const bool begun =
      closing.result == HistoryResult::Succeeded || (closing.result == HistoryResult::Failed && closing.release_ran);
  const bool again = is_tried_again(closing);
  api::remove_condition(status.conditions, conditions::kApprovalPending);
  echo(status.last_handled.approve, closing.approve_token,
       begun   ? RequestResult::Done
       : again ? RequestResult::Pending
               : RequestResult::Refused,
       closing.message, now);
  if (!again) parts::drop_plan(status, now);
}

}  // namespace

api::DeploymentStatus awaiting(const api::Deployment& object, const AwaitedPlan& awaited, WallTime now) {
  api::DeploymentStatus status = object.status;
  const api::Operation& operation = awaited.operation;
  const bool open = status.operation && status.operation->id == operation.id;
  if (!open && status.plan && status.plan->id == awaited.plan.id) return status;  // the answer of this write was lost
  if (open) status.operation.reset();
  status.last_revision = std::max(status.last_revision, operation.revision);
  if (awaited.generation) status.observed_generation = *awaited.generation;
  if (awaited.quarantine) history::add_quarantine(status, *awaited.quarantine);
  if (awaited.release_ran) {
    status.revision = 0;
    status.version.clear();
    knows_no_more(status, now);
  }
  const std::string waits = "plan " + awaited.plan.id + " waits for approval";
  echo(status.last_handled.approve, awaited.approve_token, api::RequestResult::Refused,
       "what would change is not what was approved any more: " + waits, now);
  parts::not_locked(status);
  parts::drop_plan(status, now);
  status.plan = awaited.plan;
  parts::awaits_approval(status, object.meta, now);
  echo(status.last_handled.reconcile, awaited.reconcile_token, api::RequestResult::Done, {}, now);
  echo(status.last_handled.force, awaited.force_token, api::RequestResult::Pending, waits, now);
  echo(status.last_handled.rollback, awaited.rollback_token, api::RequestResult::Pending, waits, now);
  return parts::stamped(std::move(status));
}

api::DeploymentStatus announced(const api::Deployment& object, const Announcement& announcement, WallTime now) {
  api::DeploymentStatus status = object.status;
  const api::Operation& operation = announcement.operation;
  status.operation = operation;
  status.last_revision = std::max(status.last_revision, operation.revision);
  if (announcement.lifts_quarantine) history::lift_quarantine(status, operation.digest);
  if (announcement.quarantine) history::add_quarantine(status, *announcement.quarantine);
  if (announcement.target) status.target = announcement.target;
  echo(status.last_handled.force, announcement.force_token, api::RequestResult::Pending, {}, now);
  echo(status.last_handled.rollback, announcement.rollback_token, api::RequestResult::Pending, {}, now);
  parts::not_locked(status);
  if (!announcement.approve_token) parts::drop_plan(status, now);
  api::remove_condition(status.conditions, conditions::kApprovalPending);
  echo(status.last_handled.approve, announcement.approve_token, api::RequestResult::Pending, {}, now);
  std::string what = "step " + operation.step;
  if (operation.revision > 0) what += " of " + parts::revision_words(operation.revision, announcement.version);
  says_progress(status, operation, what + ", at most " + format_duration(announcement.timeout), now);
  return parts::stamped(std::move(status));
}

api::DeploymentStatus progressed(const api::Deployment& object, const api::Operation& operation, std::string message,
                                 WallTime now) {
  api::DeploymentStatus status = object.status;
  if (status.operation && status.operation->id == operation.id) status.operation = operation;
  says_progress(status, operation, message, now);
  return parts::stamped(std::move(status));
}

api::DeploymentStatus closed(const api::Deployment& object, const Closing& closing, WallTime now) {
  api::DeploymentStatus status = object.status;
  if (is_recorded(status, closing)) return status;
  const api::Operation& operation = closing.operation;
  if (status.operation && status.operation->id == operation.id) status.operation.reset();
  status.last_revision = std::max(status.last_revision, operation.revision);
  if (closing.generation) status.observed_generation = *closing.generation;
  if (closing.reason == reasons::kStateLocked)
    parts::locked(status, closing.message, now);
  else
    parts::not_locked(status);
  if (closing.lifts_quarantine) history::lift_quarantine(status, operation.digest);
  if (closing.quarantine) history::add_quarantine(status, *closing.quarantine);
  if (operation.kind == OperationKind::Destroy) {
    end_of_destroy(status, closing, now);
    return parts::stamped(std::move(status));
  }
  if (closing.release_ran) {
    status.revision = 0;
    status.version.clear();
  }
  end(status, object, closing, now);
  api::HistoryEntry entry = history::entry_of(operation, {.result = closing.result,
                                                          .reason = closing.reason,
                                                          .message = closing.message,
                                                          .version = closing.version,
                                                          .gate = closing.gate,
                                                          .restorable = closing.restorable,
                                                          .at = now});
  if (closing.result != HistoryResult::Succeeded) entry.attempts = 1;
  parts::add_entry(status, std::move(entry), object.spec.history_limit);
  echo_requests(status, closing, now);
  end_of_plan(status, closing, now);
  return parts::stamped(std::move(status));
}

}  // namespace deployctl::engine
