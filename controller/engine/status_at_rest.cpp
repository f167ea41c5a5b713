#include <utility>

#include "api/conditions.hpp"
#include "api/constants.hpp"
#include "engine/next_status.hpp"
#include "engine/past.hpp"
#include "engine/status_parts.hpp"

namespace deployctl::engine {

namespace {

namespace conditions = api::conditions;
namespace reasons = api::reasons;
using api::ConditionStatus;

/// Ready sums up: what is asked serves, and it is healthy as far as was looked.
void says_converged(api::DeploymentStatus& status, WallTime now) {
  parts::at_rest(status);
  parts::not_locked(status);
  const api::Condition* health = api::find_condition(status.conditions, conditions::kHealthy);
  if (health != nullptr && health->status == ConditionStatus::False) {
    const std::string message = health->message;
    return parts::say(status, conditions::kReady, ConditionStatus::False, reasons::kHealthCheckFailed, message, now);
  }
  const api::Condition* ready = api::find_condition(status.conditions, conditions::kReady);
  const bool said = ready != nullptr && ready->reason == reasons::kSucceeded;
  const std::string message =
      said ? ready->message : parts::revision_words(status.revision, status.version) + " serves";
  parts::say(status, conditions::kReady, ConditionStatus::True, reasons::kSucceeded, message, now);
}

/// The last status of Ready is kept; its reason moves into the message.
void says_suspended(api::DeploymentStatus& status, WallTime now) {
  api::remove_condition(status.conditions, conditions::kReconciling);
  const api::Condition* ready = api::find_condition(status.conditions, conditions::kReady);
  if (ready != nullptr && ready->reason == reasons::kSuspended) return;
  const ConditionStatus value = ready == nullptr ? ConditionStatus::Unknown : ready->status;
  const std::string message =
      ready == nullptr ? "suspended before anything was deployed" : "suspended; before: " + ready->reason;
  parts::say(status, conditions::kReady, value, reasons::kSuspended, message, now);
}

std::string words(const api::DeploymentStatus& status, const Rest& rest, std::string_view type,
                  std::string_view reason) {
  const api::Condition* there = api::find_condition(status.conditions, type);
  return rest.recalled && there != nullptr && there->reason == reason ? there->message : rest.message;
}

void says_not_ready(api::DeploymentStatus& status, const Rest& rest, WallTime now) {
  parts::say(status, conditions::kReady, ConditionStatus::False, rest.reason,
             words(status, rest, conditions::kReady, rest.reason), now);
}

/// As an operation that runs is told of.
void says_held(api::DeploymentStatus& status, const Rest& rest, WallTime now) {
  parts::say(status, conditions::kReady, ConditionStatus::Unknown, rest.reason, rest.message, now);
  parts::work_goes_on(status, rest.reason, rest.message, now);
}

/// Told from the history each time: somebody may have written into the status (fault I11).
void says_what_serves(api::DeploymentStatus& status) {
  if (const api::HistoryEntry* serving = serving_entry(status)) status.version = serving->version;
}

void says(api::DeploymentStatus& status, const Rest& rest, WallTime now) {
  if (rest.kind != Rest::Kind::Unchanged && rest.kind != Rest::Kind::Held) says_what_serves(status);
  switch (rest.kind) {
    case Rest::Kind::Unchanged: return;
    case Rest::Kind::Converged: return says_converged(status, now);
    case Rest::Kind::Suspended: return says_suspended(status, now);
    case Rest::Kind::Approval: return;  // told with the plan
    case Rest::Kind::Held: return says_held(status, rest, now);
    case Rest::Kind::Waiting:
      says_not_ready(status, rest, now);
      return parts::work_goes_on(status, reasons::kProgressingWithRetry,
                                 words(status, rest, conditions::kReconciling, reasons::kProgressingWithRetry), now);
    case Rest::Kind::Stalled:
      says_not_ready(status, rest, now);
      return parts::work_stopped(status, rest.stalled_reason,
                                 words(status, rest, conditions::kStalled, rest.stalled_reason), now);
  }
}

std::optional<api::Request>& slot_of(api::LastHandled& handled, Answer::Which which) {
  switch (which) {
    case Answer::Which::Force: return handled.force;
    case Answer::Which::Rollback: return handled.rollback;
    case Answer::Which::Approve: return handled.approve;
    case Answer::Which::Cancel: return handled.cancel;
  }
  return handled.cancel;
}

}  // namespace

api::DeploymentStatus rested(const api::Deployment& object, const Rest& rest, const api::Requests& requests,
                             const std::optional<std::string>& reconcile_token, WallTime now) {
  api::DeploymentStatus status = object.status;
  if (rest.observed) status.observed_generation = object.meta.generation;
  says(status, rest, now);
  if (rest.drops_plan) parts::drop_plan(status, now);
  if (rest.kind == Rest::Kind::Approval && status.plan) parts::awaits_approval(status, object.meta, now);
  if (reconcile_token)
    status.last_handled.reconcile =
        api::Request{.token = *reconcile_token, .result = api::RequestResult::Done, .message = {}, .at = now};
  if (requests.force && rest.kind == Rest::Kind::Stalled && rest.reason == reasons::kInvalidSpec)
    status.last_handled.force = api::Request{
        .token = requests.force->token, .result = api::RequestResult::Refused, .message = rest.message, .at = now};
  return parts::stamped(std::move(status));
}

api::DeploymentStatus checked(const api::Deployment& object, const CheckReport& report, WallTime now) {
  api::DeploymentStatus status = object.status;
  parts::healthy(status, report.healthy, report.message, report.checks, now);
  if (report.drifted) {
    const ConditionStatus value = *report.drifted ? ConditionStatus::True : ConditionStatus::False;
    const api::Condition* there = api::find_condition(status.conditions, conditions::kDrifted);
    const bool same = there != nullptr && there->status == value;
    parts::say(status, conditions::kDrifted, value, *report.drifted ? reasons::kDriftDetected : reasons::kInSync,
               same ? there->message : report.drift_message, now);
  }
  const api::Condition* ready = api::find_condition(status.conditions, conditions::kReady);
  if (ready != nullptr && (ready->reason == reasons::kSucceeded || ready->reason == reasons::kHealthCheckFailed) &&
      !api::is_true(status.conditions, conditions::kReconciling) &&
      !api::is_true(status.conditions, conditions::kStalled))
    says_converged(status, now);
  return parts::stamped(std::move(status));
}

api::DeploymentStatus answered(const api::Deployment& object, const Answer& answer, WallTime now) {
  api::DeploymentStatus status = object.status;
  api::Request request = answer.request;
  request.at = now;
  slot_of(status.last_handled, answer.which) = std::move(request);
  return status;
}

api::DeploymentStatus adopted(const api::Deployment& object, const Adoption& adoption, const api::Requests& requests,
                              WallTime now) {
  api::DeploymentStatus status = object.status;
  status.last_revision = adoption.last_revision;
  status.outputs = adoption.outputs;
  if (adoption.serves) {
    status.revision = adoption.last_revision;
    status.version = adoption.entry.version;
    status.target = adoption.target;
  }
  status.history.insert(status.history.begin(), adoption.entry);
  const auto echo = [&](std::optional<api::Request>& slot, const std::string& token) {
    slot = api::Request{.token = token,
                        .result = api::RequestResult::Refused,
                        .message = "found beside an empty status: not obeyed, ask again with another token",
                        .at = now};
  };
  if (requests.reconcile) echo(status.last_handled.reconcile, requests.reconcile->token);
  if (requests.force) echo(status.last_handled.force, requests.force->token);
  if (requests.rollback) echo(status.last_handled.rollback, requests.rollback->asked.token);
  if (requests.approve) echo(status.last_handled.approve, requests.approve->token);
  if (requests.cancel) echo(status.last_handled.cancel, requests.cancel->token);
  const std::string message =
      "status was empty: " + parts::revision_words(adoption.last_revision, adoption.entry.version) +
      (adoption.serves ? " was found and serves" : " was found and does not serve");
  parts::say(status, conditions::kReady, ConditionStatus::Unknown, reasons::kProgressing, message, now);
  parts::work_goes_on(status, reasons::kProgressing, message, now);
  return parts::stamped(std::move(status));
}

}  // namespace deployctl::engine
