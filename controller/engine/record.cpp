#include "engine/record.hpp"

#include <utility>

#include "api/conditions.hpp"
#include "api/constants.hpp"

namespace deployctl::engine {

namespace {

namespace conditions = api::conditions;
namespace reasons = api::reasons;

bool is_good_news(std::string_view reason) {
  return reason == reasons::kSucceeded || reason == reasons::kProgressing || reason == reasons::kSuspended ||
         reason == reasons::kHealthCheckPassed || reason == reasons::kInSync || reason == reasons::kAwaitingApproval;
}

std::string action_of(const api::DeploymentStatus& before, const api::DeploymentStatus& after) {
  const auto& operation = after.operation ? after.operation : before.operation;
  return operation ? std::string(api::to_string(operation->kind)) : "Reconcile";
}

/// Tells a condition's new reason, unless it is the quiet start of good news.
void tell_change(const api::DeploymentStatus& before, const api::DeploymentStatus& after, std::string_view type,
                 std::string action, std::vector<ports::Event>& events) {
  const api::Condition* now = api::find_condition(after.conditions, type);
  const api::Condition* then = api::find_condition(before.conditions, type);
  if (now == nullptr || (then != nullptr && then->reason == now->reason)) return;
  if (then == nullptr && type != conditions::kReady && is_good_news(now->reason)) return;
  for (const ports::Event& told : events)
    if (told.reason == now->reason) return;
  events.push_back({.type = is_good_news(now->reason) ? ports::EventType::Normal : ports::EventType::Warning,
                    .reason = now->reason,
                    .action = std::move(action),
                    .note = now->message});
}

}  // namespace

std::vector<ports::Event> events_between(const api::DeploymentStatus& before, const api::DeploymentStatus& after) {
  std::vector<ports::Event> events;
  tell_change(before, after, conditions::kReady, action_of(before, after), events);
  tell_change(before, after, conditions::kStalled, action_of(before, after), events);
  tell_change(before, after, conditions::kHealthy, "HealthCheck", events);
  tell_change(before, after, conditions::kDrifted, "DriftCheck", events);
  return events;
}

api::DeploymentStatus redacted(api::DeploymentStatus status, const SecretSet& secrets) {
  const auto hide = [&](std::string& text) {
    if (!text.empty()) text = secrets.redact(text);
  };
  for (api::Condition& condition : status.conditions) hide(condition.message);
  for (api::HistoryEntry& entry : status.history) hide(entry.message);
  if (status.plan) hide(status.plan->summary);
  if (status.health)
    for (api::CheckStatus& check : status.health->checks) hide(check.message);
  for (auto* request : {&status.last_handled.reconcile, &status.last_handled.force, &status.last_handled.rollback,
                        &status.last_handled.approve, &status.last_handled.cancel})
    if (*request) hide((*request)->message);
  return status;
}

Task<Result<void>> Recorder::announce(api::Deployment seen, api::DeploymentStatus next) {
  next = redacted(std::move(next), services_.ports.secrets);
  auto sent = co_await services_.ports.repository.announce(seen, next);
  if (sent) tell(seen, next);
  if (sent) co_await let_go_of_plan(seen, next.plan.has_value());
  co_return sent;
}

Task<Result<void>> Recorder::write(api::Deployment seen, api::DeploymentStatus next) {
  next = redacted(std::move(next), services_.ports.secrets);
  if (next == seen.status) co_return Result<void>();
  auto sent = co_await services_.ports.repository.write_status(seen, next);
  if (sent) tell(seen, next);
  if (sent) co_await let_go_of_plan(seen, next.plan.has_value());
  co_return sent;
}

Task<void> Recorder::let_go_of_plan(api::Deployment seen, bool waits_on) {
  if (waits_on || !seen.status.plan) co_return;
  const auto gone = co_await services_.ports.repository.detach(seen, ports::Attachment::Plan);
  if (!gone)
    services_.ports.log.about(LogLevel::Warning, seen.meta.key, "Failed to remove the saved plan",
                              {{"error", Json(gone.error().message)}});
}

void Recorder::tell(const api::Deployment& seen, const api::DeploymentStatus& next) {
  for (ports::Event& event : events_between(seen.status, next)) services_.ports.events.publish(seen.meta, event);
  api::Deployment now = seen;
  now.status = next;
  services_.ports.measurements.object_changed(now);
}

}  // namespace deployctl::engine
