#include "engine/status_parts.hpp"

#include <algorithm>
#include <utility>

#include "api/conditions.hpp"
#include "api/constants.hpp"
#include "engine/approvals.hpp"
#include "engine/failures.hpp"
#include "engine/past.hpp"

namespace deployctl::engine::parts {

namespace conditions = api::conditions;

namespace {

/// Both failed before a first effect, or neither: what never counts must not be added to what does.
bool counts_alike(const api::HistoryEntry& a, const api::HistoryEntry& b) { return class_of(a) == class_of(b); }

bool repeats(const api::HistoryEntry& newest, const api::HistoryEntry& entry) {
  if (is_of_earlier_life(newest)) return false;
  return newest.digest == entry.digest && newest.gate == entry.gate && newest.kind == entry.kind &&
         newest.result == entry.result && entry.result != api::HistoryResult::Succeeded && counts_alike(newest, entry);
}

/// The serving revision, what it restores, and the two newest other successes stay, so that a rollback finds them. So
/// does, until something has succeeded, what an earlier life left: or its remains would be removed as what failed.
bool is_needed(const api::DeploymentStatus& status, const api::HistoryEntry& entry) {
  if (is_of_earlier_life(entry))
    return std::ranges::find(status.history, api::HistoryResult::Succeeded, &api::HistoryEntry::result) ==
           status.history.end();
  if (entry.result != api::HistoryResult::Succeeded) return false;
  if (entry.revision == status.revision) return true;
  int newer = 0;
  for (const api::HistoryEntry& other : status.history) {
    if (other.revision == entry.revision) return newer < 2;
    if (other.result == api::HistoryResult::Succeeded && other.revision != status.revision) ++newer;
  }
  return false;
}

void bound(api::DeploymentStatus& status, std::size_t limit) {
  while (status.history.size() > std::max<std::size_t>(limit, 1)) {
    const auto oldest = std::find_if(status.history.rbegin(), std::prev(status.history.rend()),
                                     [&](const api::HistoryEntry& entry) { return !is_needed(status, entry); });
    if (oldest == std::prev(status.history.rend())) return;
    status.history.erase(std::next(oldest).base());
  }
}

}  // namespace

void say(api::DeploymentStatus& status, std::string_view type, api::ConditionStatus value, std::string_view reason,
         std::string message, WallTime now) {
  if (message.empty())
    if (const api::Condition* there = api::find_condition(status.conditions, type);
        there != nullptr && there->reason == reason)
      message = there->message;
  api::set_condition(status.conditions, {.type = std::string(type),
                                         .status = value,
                                         .reason = std::string(reason),
                                         .message = std::move(message),
                                         .last_transition_time = now,
                                         .observed_generation = status.observed_generation});
}

void work_goes_on(api::DeploymentStatus& status, std::string_view reason, std::string message, WallTime now) {
  api::remove_condition(status.conditions, conditions::kStalled);
  say(status, conditions::kReconciling, api::ConditionStatus::True, reason, std::move(message), now);
}

void work_stopped(api::DeploymentStatus& status, std::string_view reason, std::string message, WallTime now) {
  api::remove_condition(status.conditions, conditions::kReconciling);
  say(status, conditions::kStalled, api::ConditionStatus::True, reason, std::move(message), now);
}

void at_rest(api::DeploymentStatus& status) {
  api::remove_condition(status.conditions, conditions::kReconciling);
  api::remove_condition(status.conditions, conditions::kStalled);
}

void locked(api::DeploymentStatus& status, const std::string& message, WallTime now) {
  say(status, conditions::kStateLocked, api::ConditionStatus::True, api::reasons::kLockHeld, message, now);
}

void not_locked(api::DeploymentStatus& status) { api::remove_condition(status.conditions, conditions::kStateLocked); }

void awaits_approval(api::DeploymentStatus& status, const api::ObjectMeta& meta, WallTime now) {
  const std::string message = words_of(meta, *status.plan);
  at_rest(status);
  say(status, conditions::kReady, api::ConditionStatus::False, api::reasons::kAwaitingApproval, message, now);
  say(status, conditions::kApprovalPending, api::ConditionStatus::True, api::reasons::kAwaitingApproval, message, now);
}

void drop_plan(api::DeploymentStatus& status, WallTime now) {
  auto& approve = status.last_handled.approve;
  if (status.plan && approve && approve->token == status.plan->id && approve->result == api::RequestResult::Pending)
    approve = api::Request{.token = approve->token,
                           .result = api::RequestResult::Refused,
                           .message = "something else was asked or begun before it was carried out",
                           .at = now};
  status.plan.reset();
  api::remove_condition(status.conditions, conditions::kApprovalPending);
}

void healthy(api::DeploymentStatus& status, api::ConditionStatus value, std::string message,
             std::vector<api::CheckStatus> checks, WallTime now) {
  const std::string_view reason = value == api::ConditionStatus::True    ? api::reasons::kHealthCheckPassed
                                  : value == api::ConditionStatus::False ? api::reasons::kHealthCheckFailed
                                                                         : api::reasons::kUnknown;
  const std::string_view word = value == api::ConditionStatus::True    ? "Healthy"
                                : value == api::ConditionStatus::False ? "Unhealthy"
                                                                       : "Unknown";
  const api::Condition* there = api::find_condition(status.conditions, conditions::kHealthy);
  const bool same = there != nullptr && there->status == value;
  // Only an outcome that changed is worth a write: the words of the same outcome stay.
  say(status, conditions::kHealthy, value, reason, same ? there->message : std::move(message), now);
  api::HealthStatus next{.state = std::string(word), .since = now, .checks = std::move(checks)};
  if (status.health && status.health->state == word) next.since = status.health->since;
  for (api::CheckStatus& check : next.checks) {
    check.since = now;
    if (!status.health) continue;
    const auto before = std::ranges::find(status.health->checks, check.name, &api::CheckStatus::name);
    if (before != status.health->checks.end() && before->state == check.state) check = *before;
  }
  status.health = std::move(next);
}

api::DeploymentStatus stamped(api::DeploymentStatus status) {
  for (api::Condition& condition : status.conditions) condition.observed_generation = status.observed_generation;
  return status;
}

std::string revision_words(std::int64_t revision, const std::string& version) {
  return "revision " + std::to_string(revision) + (version.empty() ? "" : " (version " + version + ")");
}

std::string release_words(const std::string& version) { return version.empty() ? "a release" : "version " + version; }

std::string without_words(const std::vector<std::string>& left_out) {
  constexpr std::size_t kShown = 5;
  std::string words = "without ";
  for (std::size_t n = 0; n < std::min(left_out.size(), kShown); ++n) words += (n == 0 ? "" : ", ") + left_out[n];
  if (left_out.size() > kShown) words += ", and " + std::to_string(left_out.size() - kShown) + " more";
  return words;
}

void add_entry(api::DeploymentStatus& status, api::HistoryEntry entry, std::int64_t history_limit) {
  auto& history = status.history;
  const auto newest = std::ranges::find(history, entry.kind, &api::HistoryEntry::kind);
  if (newest != history.end() && repeats(*newest, entry)) {
    entry.attempts = newest->attempts + 1;
    entry.started_at = newest->started_at;
    history.erase(newest);
  }
  history.insert(history.begin(), std::move(entry));
  bound(status, static_cast<std::size_t>(std::max<std::int64_t>(history_limit, 1)));
}

}  // namespace deployctl::engine::parts
