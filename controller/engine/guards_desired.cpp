// Guards 6-12: what is asked for. Everything that decides is in the status or was just worked out, so that a restart
// between any two writes goes on where it was.

#include <algorithm>

#include "api/conditions.hpp"
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

Standing start(const Look& look, Decision begin) {
  if (look.seen.slot_free) return decided(std::move(begin));
  return decided(Wait{look.now + std::chrono::seconds(30)});
}

Standing roll_back(const Look& look, const Asked& wanted, std::int64_t attempt) {
  const auto target = history::automatic_target(look.status(), wanted.digest);
  if (!target) return at_rest(stalled(reasons::kRollbackFailed, target.error().message));
  return start(look, RollBack{.target = *target, .trigger = "Automatic", .attempt = attempt});
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

Standing begin(const Look& look, const Desired& desired, const Asked& wanted) {
  const api::HistoryEntry* last = newest_deploy(look.status(), wanted.digest, wanted.gate);
  const bool retry = last != nullptr && last->result == api::HistoryResult::Failed && !look.forced();
  Begin next{.trigger = look.forced() ? "Request"
                        : retry       ? last->trigger
                                      : desired.trigger,
             .attempt = counted_failures(look.status(), wanted.digest, wanted.gate) + 1,
             .forced = look.forced(),
             .moves = desired.target_move.has_value()};
  return start(look, std::move(next));
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
  if (look.forced() || by_hand) return Resolve{};
  if (look.status().observed_generation != look.object.meta.generation) return Resolve{};
  if (still) return std::nullopt;
  if (look.seen.references_changed) return Resolve{};
  // After a start: what rests is not touched before its turn comes.
  if (api::is_true(look.status().conditions, api::conditions::kReconciling)) return Resolve{};
  if (look.now >= recheck_due(look)) return Resolve{};
  return std::nullopt;
}

Standing standing(const Look& look) {
  if (look.object.undecodable) return at_rest(stalled(reasons::kInvalidSpec, look.object.undecodable->message));
  const Desired* desired = look.desired();
  const std::optional<Asked> wanted = asked(look);
  if (look.object.spec.suspend && !look.forced()) {  // 7
    const bool known = desired != nullptr && !desired->error;
    return decided(Settle{suspended(known && serves(look, *wanted)), std::nullopt});
  }
  if (wanted && !look.forced())  // 8
    if (auto found = failed_before(look, *wanted)) return *found;
  if (desired == nullptr) return at_rest(Rest{});
  if (desired->error) return of_error(look, *desired);  // 10, and a missing reference
  if (!look.forced()) {
    if (serves(look, *wanted)) return at_rest(converged());  // 9
    if (desired->target_move) return at_rest(stalled(reasons::kInvalidSpec, *desired->target_move));
    if (auto found = held_back(look, *wanted)) return *found;
  }
  return begin(look, *desired, *wanted);  // 11, 12
}

}  // namespace deployctl::engine::guards
