// Guards 6-12: what is asked for. Everything that decides is in the status or was just worked out, so that a restart
// between any two writes goes on where it was.

#include <algorithm>

#include "api/conditions.hpp"
#include "engine/approvals.hpp"
#include "engine/failures.hpp"
#include "engine/guards.hpp"
#include "engine/past.hpp"
#include "engine/schedule.hpp"
#include "history/quarantine.hpp"
#include "history/target.hpp"

namespace deployctl::engine::guards {

namespace {

namespace reasons = api::reasons;

/// A missing reference is looked for again at this pace, when no watch tells.
constexpr Duration kDependencyPoll = std::chrono::seconds(30);

struct Asked {
  std::string digest, gate;
};

/// What the spec asks for: worked out now, or, when its generation was already acted on, what the history says.
std::optional<Asked> asked(const Look& look) {
  if (const Desired* desired = look.desired(); desired != nullptr && !desired->error)
    return Asked{desired->digest, desired->gate};
  if (look.status().observed_generation != look.object.meta.generation) return std::nullopt;
  if (const auto& plan = look.status().plan; plan && plan->kind == api::PlanKind::Deploy)
    return Asked{plan->inputs, plan->gate};
  // Going back to what serves leaves no entry: what rests with nothing to do and nothing to complain of, serves.
  const auto& conditions = look.status().conditions;
  const bool converged =
      !api::is_true(conditions, api::conditions::kReconciling) && !api::is_true(conditions, api::conditions::kStalled);
  if (const api::HistoryEntry* serving = serving_entry(look.status()); serving != nullptr && converged)
    return Asked{serving->digest, serving->gate};
  const auto& history = look.status().history;
  const auto found = std::ranges::find(history, api::OperationKind::Deploy, &api::HistoryEntry::kind);
  if (found == history.end()) return std::nullopt;
  return Asked{found->digest, found->gate};
}

bool serves(const Look& look, const Asked& wanted) {
  const api::HistoryEntry* serving = serving_entry(look.status());
  return serving != nullptr && serving->digest == wanted.digest;
}

WallTime resolve_again_at(const Look& look, const Desired& desired) {
  const api::DeploymentSpec& spec = look.object.spec;
  if (!desired.error) return desired.at + recheck_delay(spec.interval, look.object.meta.uid);
  switch (class_of(reason_of(desired.error->kind), false)) {
    case FailureClass::Invalid:
    case FailureClass::AccessDenied: return desired.at + recheck_delay(spec.interval, look.object.meta.uid);
    default: break;
  }
  const Duration delay = retry_delay(spec.retry, desired.failures, look.object.meta.uid);
  if (desired.error->kind == ErrorKind::DependencyNotReady) return desired.at + std::min(delay, kDependencyPoll);
  return desired.at + delay;
}

/// A retry that is asked for by hand does not wait for its time.
bool is_due(const Look& look, WallTime due) { return look.now >= due || look.seen.requests.reconcile.has_value(); }

Standing at_rest(Rest rest, std::optional<WallTime> until = std::nullopt) { return {{}, std::move(rest), until}; }
Standing decided(Decision decision) { return {std::move(decision), {}, {}}; }

Standing start(const Look& look, Decision begin, Urgency urgency) {
  if (look.seen.slot_free) return decided(std::move(begin));
  return decided(wait_for_slot(look, urgency));
}

Standing roll_back(const Look& look, const Asked& wanted, std::int64_t attempt) {
  const auto target = history::automatic_target(look.status(), wanted.digest);
  if (!target) return at_rest(stalled(reasons::kRollbackFailed, target.error().message));
  return start(look, RollBack{.target = *target, .trigger = "Automatic", .attempt = attempt}, Urgency::Person);
}

/// The rollback of this failure was begun before: it failed, or was cut off.
Standing after_rollback(const Look& look, const Asked& wanted, const api::HistoryEntry& rollback) {
  const api::DeploymentSpec& spec = look.object.spec;
  if (rollback.result == api::HistoryResult::Interrupted)
    return roll_back(look, wanted, counted_rollbacks(look.status()) + 1);
  const FailureClass kind = class_of(rollback);
  const std::int64_t failures = counted_rollbacks(look.status());
  const bool over = kind == FailureClass::Invalid || rollback.trigger == "Request" ||
                    (failures > 0 && failures >= spec.rollback.max_attempts);
  if (over) return at_rest(recalled(stalled(reasons::kRollbackFailed, rollback.message)));
  const Duration delay = kind == FailureClass::AccessDenied
                             ? recheck_delay(spec.interval, look.object.meta.uid)
                             : retry_delay(spec.retry, rollback.attempts, look.object.meta.uid);
  const WallTime due = rollback.finished_at + delay;
  if (is_due(look, due)) return roll_back(look, wanted, failures + 1);
  return at_rest(recalled(waiting(rollback.reason, rollback.message)), due);
}

std::optional<Standing> rolling_back(const Look& look, const Asked& wanted, const api::HistoryEntry& failed) {
  if (!is_undone_by_rollback(failed)) return std::nullopt;
  if (const api::HistoryEntry* rollback = newest_rollback(look.status());
      rollback != nullptr && rollback->result != api::HistoryResult::Succeeded &&
      rollback->result != api::HistoryResult::Cancelled)
    return after_rollback(look, wanted, *rollback);
  if (history::is_quarantined(look.status(), wanted.digest, wanted.gate)) return std::nullopt;
  const api::RollbackSpec& rules = look.object.spec.rollback;
  if (!rules.automatic || rules.max_attempts < 1) return std::nullopt;
  if (!history::automatic_target(look.status(), wanted.digest)) return std::nullopt;
  return roll_back(look, wanted, 1);
}

/// Guard 8: the last operation of what is asked failed. Nothing: its retry is due.
std::optional<Standing> failed_before(const Look& look, const Asked& wanted) {
  const api::HistoryEntry* last = newest_deploy(look.status(), wanted.digest, wanted.gate);
  if (last == nullptr || last->result != api::HistoryResult::Failed) return std::nullopt;
  if (auto found = rolling_back(look, wanted, *last)) return found;
  const api::DeploymentSpec& spec = look.object.spec;
  const std::string& uid = look.object.meta.uid;
  std::int64_t attempts = last->attempts;
  Rest rest = recalled(waiting(last->reason, last->message));
  Duration delay{};
  switch (class_of(*last)) {
    case FailureClass::Invalid: return at_rest(recalled(stalled(last->reason, last->message)));
    case FailureClass::AccessDenied:
      rest = recalled(stalled(last->reason, last->message));
      delay = recheck_delay(spec.interval, uid);
      break;
    case FailureClass::OfRelease:
      if (history::is_quarantined(look.status(), wanted.digest, wanted.gate)) return std::nullopt;
      attempts = counted_failures(look.status(), wanted.digest, wanted.gate);
      if (attempts > spec.retry.limit)
        return at_rest(recalled(stalled(last->reason, last->message, reasons::kRetriesExhausted)));
      [[fallthrough]];
    case FailureClass::BeforeEffect:
    case FailureClass::Surroundings: delay = retry_delay(spec.retry, attempts, uid); break;
  }
  if (is_due(look, last->finished_at + delay)) return std::nullopt;
  return at_rest(std::move(rest), last->finished_at + delay);
}

bool stands(const Look& look, const Asked& wanted) { return plan_stands(look.status(), wanted.digest, wanted.gate); }

/// Anew with the inputs of the first interval after it has expired.
bool is_expired(const Look& look) {
  const Desired* desired = look.desired();
  return desired != nullptr && !desired->error && desired->at >= look.status().plan->expires_at;
}

/// The rollback that failed by itself, approved or planned anew.
Standing planned_rollback(const Look& look, bool approved) {
  const api::HistoryEntry* last = newest_rollback(look.status());
  if (last != nullptr && last->result == api::HistoryResult::Failed) {
    const WallTime due = last->finished_at + retry_delay(look.object.spec.retry, last->attempts, look.object.meta.uid);
    if (!is_due(look, due)) return at_rest(recalled(waiting(last->reason, last->message)), due);
  }
  return start(look,
               RollBack{.target = *planned_target(look.status()),
                        .trigger = "Automatic",
                        .attempt = counted_rollbacks(look.status()) + 1,
                        .approved = approved},
               Urgency::Person);
}

/// Guard 11, approval: a plan of what is asked waits for a person. Nothing: none does, or it goes on with it.
std::optional<Standing> awaits_approval(const Look& look, const Asked& wanted) {
  if (!stands(look, wanted)) return std::nullopt;
  const Desired* desired = look.desired();
  if (desired != nullptr && desired->error) return std::nullopt;
  const bool approved = is_approved(look.status(), look.seen.requests);
  const bool rollback = look.status().plan->kind == api::PlanKind::Rollback;
  if (approved || is_expired(look)) {
    if (!rollback) return std::nullopt;
    return planned_rollback(look, approved);
  }
  return at_rest(awaiting_approval(desired != nullptr));
}

/// A force request that a plan was made for waits like any other deployment.
bool is_forced(const Look& look, const std::optional<Asked>& wanted) {
  if (!look.forced() || look.seen.requests.force->is_new || !wanted || !stands(look, *wanted)) return look.forced();
  return is_approved(look.status(), look.seen.requests) || is_expired(look);
}

/// Guard 10, second half: held back because it failed or was cancelled.
std::optional<Standing> held_back(const Look& look, const Asked& wanted) {
  const api::Quarantine* held = history::find_quarantine(look.status(), wanted.digest, wanted.gate);
  if (held == nullptr) return std::nullopt;
  const api::HistoryEntry* last = newest_deploy(look.status(), wanted.digest, wanted.gate);
  if (held->reason == reasons::kCancelled)
    return at_rest(recalled(stalled(reasons::kCancelled, last == nullptr ? "cancelled by request" : last->message)));
  if (const api::HistoryEntry* rollback = newest_rollback(look.status())) {
    if (rollback->result == api::HistoryResult::Succeeded)
      return at_rest(recalled(stalled(reasons::kRolledBack, rollback->message)));
    if (rollback->result == api::HistoryResult::Cancelled)
      return at_rest(recalled(stalled(reasons::kCancelled, rollback->message)));
  }
  const bool rolled_back = last != nullptr && last->result == api::HistoryResult::RolledBack;
  const std::string message = "version " + (held->version.empty() ? "(none)" : held->version) +
                              " was tried as revision " + std::to_string(held->revision) + " and failed (" +
                              held->reason + "): change the spec, or annotate force-at to try it again";
  return at_rest(
      stalled(rolled_back ? std::string(reasons::kRolledBack) : held->reason, message, reasons::kQuarantined));
}

Standing of_error(const Look& look, const Desired& desired) {
  const Error& error = *desired.error;
  const std::string_view reason = reason_of(error.kind);
  const FailureClass kind = class_of(reason, false);
  const bool stops = kind == FailureClass::Invalid || kind == FailureClass::AccessDenied;
  Rest rest = stops ? stalled(reason, error.message) : waiting(reason, error.message);
  return at_rest(std::move(rest), resolve_again_at(look, desired));
}

Urgency urgency_of(const Look& look, const Begin& next, bool retry) {
  if (next.forced || next.approved || look.seen.requests.reconcile) return Urgency::Person;
  if (retry) return Urgency::Retry;
  return next.trigger == "Source" || next.trigger == "Variables" ? Urgency::Resync : Urgency::Person;
}

Standing begin(const Look& look, const Desired& desired, const Asked& wanted) {
  const api::HistoryEntry* last = newest_deploy(look.status(), wanted.digest, wanted.gate);
  const bool retry = last != nullptr && last->result == api::HistoryResult::Failed && !look.forced();
  Begin next{.trigger = look.forced() ? "Request"
                        : retry       ? last->trigger
                                      : desired.trigger,
             .attempt = counted_failures(look.status(), wanted.digest, wanted.gate) + 1,
             .forced = look.forced(),
             .moves = desired.target_move.has_value(),
             .approved = stands(look, wanted) && is_approved(look.status(), look.seen.requests)};
  const Urgency urgency = urgency_of(look, next, retry);
  return start(look, std::move(next), urgency);
}

}  // namespace

Answer unresolved(const Look& look) {
  if (look.object.undecodable) return std::nullopt;
  const bool still = look.object.spec.suspend && !look.forced();
  const auto& by_hand = look.seen.requests.reconcile;
  if (const Desired* desired = look.desired()) {
    if (by_hand && desired->reconcile_token != by_hand->token) return Resolve{};
    if (still) return std::nullopt;
    if (look.seen.references_changed || look.now >= resolve_again_at(look, *desired)) return Resolve{};
    return std::nullopt;
  }
  if (look.forced() || by_hand || look.seen.requests.approve) return Resolve{};
  if (look.status().observed_generation != look.object.meta.generation) return Resolve{};
  if (still) return std::nullopt;
  if (look.seen.references_changed) return Resolve{};
  // After a start: what rests is not touched before its turn comes.
  if (api::is_true(look.status().conditions, api::conditions::kReconciling)) return Resolve{};
  if (look.now >= recheck_due(look)) return Resolve{};
  return std::nullopt;
}

namespace {

/// Guards 8 to 12.
Standing of_what_is_asked(const Look& look, const std::optional<Asked>& wanted) {
  const Desired* desired = look.desired();
  const bool forced = is_forced(look, wanted);
  if (wanted && !forced) {
    if (auto found = awaits_approval(look, *wanted)) return *found;  // 11
    if (auto found = failed_before(look, *wanted)) return *found;    // 8
  }
  if (desired == nullptr) return at_rest(Rest{});
  if (desired->error) return of_error(look, *desired);  // 10, and a missing reference
  if (!forced) {
    if (serves(look, *wanted)) return at_rest(converged());  // 9
    if (desired->target_move) return at_rest(stalled(reasons::kInvalidSpec, *desired->target_move));
    if (auto found = held_back(look, *wanted)) return *found;
  }
  return begin(look, *desired, *wanted);  // 11, 12
}

}  // namespace

Standing standing(const Look& look) {
  if (look.object.undecodable) return at_rest(stalled(reasons::kInvalidSpec, look.object.undecodable->message));
  const Desired* desired = look.desired();
  const std::optional<Asked> wanted = asked(look);
  const bool known = desired != nullptr && !desired->error;
  if (look.object.spec.suspend && !is_forced(look, wanted))  // 7
    return decided(Settle{suspended(known && serves(look, *wanted)), std::nullopt});
  const bool obsolete = known && look.status().plan && !stands(look, *wanted);
  if (const auto& asks = look.seen.requests.rollback; obsolete && asks && !asks->asked.is_new)
    return decided(engine::Answer{.which = engine::Answer::Which::Rollback,
                                  .request = {.token = asks->asked.token,
                                              .result = api::RequestResult::Refused,
                                              .message = "something else was asked before its plan was approved"}});
  Standing found = of_what_is_asked(look, wanted);
  found.rest.drops_plan = obsolete;
  return found;
}

}  // namespace deployctl::engine::guards
