// Operations are driven: what their machine asks for is started or written, and their end is recorded.

#include <algorithm>
#include <utility>

#include "api/constants.hpp"
#include "base/duration.hpp"
#include "base/sha256.hpp"
#include "engine/engine_state.hpp"
#include "engine/failures.hpp"
#include "engine/inventory.hpp"
#include "engine/past.hpp"
#include "engine/schedule.hpp"
#include "engine/status_parts.hpp"
#include "history/retention.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

namespace {

constexpr Duration kProgressPace = std::chrono::seconds(10);

/// What people read while it lasts, and when it lasted too long.
void does(ActiveOperation& operation, std::string_view step, std::string why = {}) {
  const std::int64_t revision = operation.journal.revision;
  const std::string& version = operation.snapshot.spec.version;
  operation.step_words = "step " + std::string(step) + " of " +
                         (revision > 0 ? parts::revision_words(revision, version) : parts::release_words(version));
  operation.waits_for = why.empty() ? "" : ": " + std::move(why);
  operation.doing = operation.step_words + ", at most " + format_duration(operation.timeout) + operation.waits_for;
}

/// `by`: who asked for it, as far as was said.
Error cause_of(StopCause cause, const ActiveOperation& operation, const std::string& by) {
  switch (cause) {
    case StopCause::Overdue:
      return fail(ErrorKind::StepTimedOut, operation.step_words + " took longer than " +
                                               format_duration(operation.timeout) + operation.waits_for);
    case StopCause::Superseded: return fail(ErrorKind::Cancelled, "superseded by a newer request or spec");
    case StopCause::Deleted: return fail(ErrorKind::Cancelled, "stopped: the object is being deleted");
    case StopCause::Shutdown: return fail(ErrorKind::Cancelled, "interrupted: the controller was stopped");
    default: return fail(ErrorKind::Cancelled, "cancelled by request" + (by.empty() ? "" : " of " + by));
  }
}

api::HistoryResult result_of(const ActiveOperation& operation, const Ended& ended) {
  if (!ended.error) return api::HistoryResult::Succeeded;
  switch (operation.stop) {
    case StopCause::Requested: return api::HistoryResult::Cancelled;
    case StopCause::Superseded: return api::HistoryResult::Superseded;
    case StopCause::Deleted: return api::HistoryResult::Cancelled;
    case StopCause::Dropped:
    case StopCause::Shutdown: return api::HistoryResult::Interrupted;
    default: return api::HistoryResult::Failed;
  }
}

std::string words_of(const api::Deployment& object, const ActiveOperation& operation, const Ended& ended) {
  const api::Operation& journal = operation.journal;
  const std::string resumed = operation.resumed ? "resumed after an interruption; " : "";
  if (ended.error) {
    std::string message = resumed + ended.error->message;
    if (!operation.left_out.empty()) message += "; it ran " + parts::without_words(operation.left_out);
    if (operation.killed && operation.stop != StopCause::None)  // else the end of the step says it
      message += "; step " + operation.killed->step.name + " did not stop when told to and was killed";
    const bool of_release = class_of(reason_of(ended.error->kind), journal.revision > 0) == FailureClass::OfRelease;
    if (journal.kind == api::OperationKind::Deploy && of_release && ended.release_ran && object.spec.rollback.automatic)
      if (const auto target = history::automatic_target(object.status, journal.digest); !target)
        message += "; " + target.error().message;
    return message;
  }
  const std::string& version = operation.snapshot.spec.version;
  const std::string caveat = ended.caveat.empty() ? "" : "; " + ended.caveat;
  if (journal.kind != api::OperationKind::Rollback)
    return resumed + parts::revision_words(journal.revision, version) + " serves: " + ended.message + caveat;
  std::string why;
  if (operation.quarantine && operation.quarantine->revision > 0)
    if (const api::HistoryEntry* failed =
            newest_deploy(object.status, operation.quarantine->digest, operation.quarantine->gate);
        failed != nullptr && failed->result == api::HistoryResult::Failed)
      why = parts::revision_words(failed->revision, failed->version) + " failed: " + failed->message + "; ";
  return resumed + why + parts::revision_words(journal.restored_revision, version) + " serves again as revision " +
         std::to_string(journal.revision) + caveat;
}

}  // namespace

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Continue /*decision*/) {
  ActiveOperation& operation = *run.operation;
  if (!operation.busy) co_return co_await advance(object, run);
  const WallTime now = services.ports.clock.wall();
  const auto written = co_await recorder.write(object, progressed(object, operation.journal, operation.doing, now));
  if (!written) co_return after(written.error());
  operation.said = operation.doing;
  operation.write_progress_from = now + kProgressPace;
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Cancel decision) {
  ActiveOperation& operation = *run.operation;
  operation.stop = decision.cause;
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  if (operation.machine) operation.machine->stop(cause_of(decision.cause, operation, requests.by));
  if (operation.busy) {
    operation.task.cancel();
    co_return Outcome{};
  }
  if (operation.pending && std::holds_alternative<WriteJournal>(*operation.pending)) operation.pending.reset();
  if (operation.pending && std::holds_alternative<RunStep>(*operation.pending)) {
    operation.pending.reset();
    operation.finished =
        executors::StepResult{.process = {.exit = {process::Exit::Kind::Cancelled, 0, {}}}, .http = {}};
  }
  co_return co_await advance(object, run);
}

/// Takes what the last task left, and goes on to the next thing that takes time.
Task<Engine::State::Acted> Engine::State::advance(api::Deployment object, ObjectRun& run) {
  ActiveOperation& operation = *run.operation;
  // A pass that ended in an exception before the machine was made: as good as a failure to make it.
  if (!operation.pending && !operation.machine)
    operation.pending = Ended{.error = fail(ErrorKind::Internal, "it could not be made ready"),
                              .message = {},
                              .phase = Phase::Prepare,
                              .release_ran = operation.resumed};
  if (!operation.pending) {
    const std::optional<Finished> finished = std::exchange(operation.finished, std::nullopt);
    const bool told = operation.machine->outputs().has_value();
    operation.pending = operation.machine->next(finished ? &*finished : nullptr);
    if (const auto& outputs = operation.machine->outputs(); outputs && !told) hide_outputs(object.meta.key, *outputs);
  }
  if (auto* ended = std::get_if<Ended>(&*operation.pending)) {
    if (ended->plan && operation.stop == StopCause::None) co_return co_await await_approval(object, run, *ended);
    if (std::exchange(ended->plan, std::nullopt)) ended->error = cause_of(operation.stop, operation, {});
    co_return co_await close(object, run, *ended);
  }
  if (auto* journal = std::get_if<WriteJournal>(&*operation.pending))
    co_return co_await write_journal(object, run, *journal);
  if (auto* step = std::get_if<RunStep>(&*operation.pending)) co_return co_await start_step(object, run, *step);
  if (shutting_down) co_return Outcome{};
  const WallTime now = services.ports.clock.wall();
  if (!operation.first_step) operation.first_step = now;
  if (auto* checks = std::get_if<RunChecks>(&*operation.pending)) {
    does(operation, checks->pre ? "health.pre" : "health.post");
    spawn_checks(object, operation, checks->pre);
  } else if (auto* sleep = std::get_if<Sleep>(&*operation.pending)) {
    does(operation, to_string(operation.machine->phase()), sleep->why);
    operation.waits_in = operation.machine->phase();
    spawn_sleep(object.meta.key, operation, sleep->length);
  }
  operation.pending.reset();
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::write_journal(api::Deployment object, ObjectRun& run, WriteJournal action) {
  ActiveOperation& operation = *run.operation;
  // The answer of our own write may have been lost: then it is there.
  const auto& open = object.status.operation;
  const bool ours = open && open->id == operation.journal.id;
  const bool landed = ours && open->holder == operation.journal.holder && open->revision == operation.journal.revision;
  const WallTime now = services.ports.clock.wall();
  if (!landed || (operation.resumed && open->step != action.step)) {
    const bool deploys = operation.journal.kind != api::OperationKind::Destroy;
    if (deploys && !operation.resumed)
      if (const auto kept = co_await keep_revision(object, operation); !kept) {
        if (kept.error().kind == ErrorKind::Conflict) co_return co_await start_over(object, run);
        if (kept.error().kind == ErrorKind::NotFound) co_return after(kept.error());
        co_return co_await refused(object, run, kept.error());
      }
    if (!operation.first_step) operation.first_step = now;
    operation.journal.step = action.step;
    operation.journal.once = action.once;
    operation.journal.deadline = *operation.first_step + operation.timeout;
    Announcement announcement{.operation = operation.journal,
                              .version = operation.snapshot.spec.version,
                              .timeout = operation.timeout,
                              .target = {},
                              .quarantine = operation.quarantine,
                              .lifts_quarantine = operation.forced,
                              .force_token = operation.force_token,
                              .rollback_token = operation.rollback_token,
                              .approve_token = operation.approve_token};
    if (deploys && !operation.moves) announcement.target = operation.snapshot.target;
    const auto written = co_await recorder.announce(object, announced(object, announcement, now));
    if (!written && is_refusal(written.error())) co_return co_await refused(object, run, written.error());
    if (!written) co_return after(written.error());
  }
  operation.announced = true;
  does(operation, action.step);
  operation.said = operation.doing;
  operation.write_progress_from = now + kProgressPace;
  operation.pending.reset();
  co_return std::nullopt;
}

/// Written before the first effect; there already with equal content (a crash before the announce) is as good.
Task<Result<void>> Engine::State::keep_revision(api::Deployment object, ActiveOperation& operation) {
  operation.snapshot.remembered = united(operation.machine->remembered(), operation.carried);
  auto sealed = co_await sources::seal(services.ports.references, object.meta.key, operation.snapshot.spec);
  if (!sealed) co_return sealed.error().with_context("sealing what a destroy will need");
  operation.snapshot.sealed = std::move(sealed->values);
  for (const std::string& large : sealed->left_out)
    services.ports.log.about(LogLevel::Warning, object.meta.key, "Too large for the sealed copy of a revision",
                             {{"reference", Json(large)}});
  auto encoded = history::encode_snapshot(operation.snapshot);
  if (!encoded) co_return encoded.error();
  operation.restorable = encoded->restorable;
  auto kept = co_await services.ports.repository.save_revision(
      object, {.number = operation.number, .digest = operation.snapshot.digest, .payload = encoded->payload});
  if (kept) operation.journal.revision = operation.number;
  co_return kept;
}

/// The number is taken, by an operation that was cut off before it was announced, or by somebody else. Nothing has
/// happened yet, and the tool is told its revision from the start.
Task<Engine::State::Acted> Engine::State::start_over(api::Deployment object, ObjectRun& run) {
  run.next_revision = run.operation->number + 1;
  co_await finish(object.meta.key, run);
  co_return std::nullopt;
}

/// Before a Once step, and when the one that was written last is over, the journal says where we are.
Task<Engine::State::Acted> Engine::State::start_step(api::Deployment object, ObjectRun& run, RunStep action) {
  ActiveOperation& operation = *run.operation;
  const WallTime now = services.ports.clock.wall();
  if (!operation.first_step) operation.first_step = now;
  // A look while something is waited for says nothing new.
  const bool waits = !operation.waits_for.empty() && operation.waits_in == action.phase;
  if (!waits || action.step.effect != executors::Effect::None) does(operation, action.step.name);
  const bool once = action.step.effect == executors::Effect::Once;
  const bool first = operation.said == operation.doing && operation.journal.once == once;
  const bool stale = operation.journal.once && action.phase != Phase::Settle && action.phase != Phase::Cleanup &&
                     action.step.effect != executors::Effect::None;
  if (operation.announced && (once || stale) && !first) {
    api::Operation journal = operation.journal;
    journal.step = action.step.name;
    journal.once = once;
    const auto written = co_await recorder.write(object, progressed(object, journal, operation.doing, now));
    if (!written) co_return after(written.error());
    operation.journal = journal;
    operation.said = operation.doing;
    operation.write_progress_from = now + kProgressPace;
  }
  if (shutting_down) co_return Outcome{};
  operation.pending.reset();
  spawn_step(object.meta.key, operation, std::move(action.step));
  co_return std::nullopt;
}

Closing Engine::State::closing_of(const api::Deployment& object, const ActiveOperation& operation,
                                  const Ended& ended) const {
  Closing closing;
  closing.operation = operation.journal;
  closing.result = result_of(operation, ended);
  closing.reason = ended.error ? std::string(reason_of(ended.error->kind)) : std::string(api::reasons::kSucceeded);
  closing.message = words_of(object, operation, ended);
  closing.version = operation.snapshot.spec.version;
  closing.gate = operation.snapshot.gate;
  // A failed preDeploy hook: nothing of the release ran, so nothing is to be undone (past.hpp reads it like this).
  const bool only_hooks = ended.error && ended.phase == Phase::PreHooks && !ended.release_ran;
  closing.restorable = only_hooks ? api::Restorable::No : operation.restorable;
  // A tool that did not get its lock has changed nothing; what was removed at the former target before is gone.
  const bool locked_out =
      ended.error && ended.error->kind == ErrorKind::StateLocked && !operation.resumed && !operation.moves;
  closing.release_ran = ended.release_ran && operation.announced && !locked_out;
  closing.generation = operation.generation;
  if (closing.result == api::HistoryResult::Superseded || closing.result == api::HistoryResult::Interrupted)
    closing.generation.reset();
  closing.quarantine = operation.announced ? operation.quarantine : std::nullopt;
  if (operation.quarantine) closing.abandoned_digest = operation.quarantine->digest;
  if (closing.result == api::HistoryResult::Cancelled && operation.journal.kind == api::OperationKind::Deploy)
    closing.quarantine = api::Quarantine{.digest = operation.journal.digest,
                                         .gate = operation.snapshot.gate,
                                         .version = closing.version,
                                         .revision = operation.journal.revision,
                                         .reason = std::string(api::reasons::kCancelled)};
  if (closing.quarantine) closing.quarantine->since = services.ports.clock.wall();
  closing.lifts_quarantine = operation.forced && !closing.quarantine;
  closing.reconcile_token = operation.reconcile_token;
  closing.force_token = operation.force_token;
  closing.rollback_token = operation.rollback_token;
  closing.approve_token = operation.approve_token;
  if (operation.stop == StopCause::Requested) closing.cancel_token = operation.journal.id;
  closing.checks = operation.gate;
  if (closing.result == api::HistoryResult::Succeeded) {
    closing.target = operation.snapshot.target;
    const Json& inventory = operation.snapshot.remembered.inventory;
    if (inventory.is_array() && !inventory.empty())
      closing.inventory = api::InventorySummary{.count = static_cast<std::int64_t>(inventory.size()),
                                                .digest = sha256_hex(dump_json(inventory))};
  }
  return closing;
}

Task<Engine::State::Acted> Engine::State::close(api::Deployment object, ObjectRun& run, Ended ended) {
  ActiveOperation& operation = *run.operation;
  if (!operation.pending) operation.pending = ended;
  const api::OperationKind kind = operation.journal.kind;
  const WallTime now = services.ports.clock.wall();
  Closing closing = closing_of(object, operation, ended);
  const bool goes_away = operation.stop == StopCause::Deleted || operation.stop == StopCause::Dropped;
  if (kind == api::OperationKind::Destroy && !ended.error) {
    run.destroyed = true;
    if (!ended.caveat.empty())  // the object goes, and its conditions with it
      services.ports.events.publish(object.meta, {.type = ports::EventType::Warning,
                                                  .reason = std::string(api::reasons::kSucceeded),
                                                  .action = std::string(api::to_string(kind)),
                                                  .note = ended.caveat});
  } else if (!goes_away) {
    if (closing.result == api::HistoryResult::Succeeded)
      if (const auto kept = co_await keep_outputs(object, operation, closing); !kept) {
        if (kept.error().kind != ErrorKind::Forbidden) co_return after(kept.error());
        // What others read would be of the release before: this one is tried again when that may be mended.
        ended.error = kept.error();
        operation.pending = ended;
        closing = closing_of(object, operation, ended);
      }
    api::DeploymentStatus next = closed(object, closing, now);
    std::vector<std::int64_t> superfluous;
    if (closing.result == api::HistoryResult::Succeeded) {
      const auto kept = co_await services.ports.repository.list_revisions(object);
      std::vector<std::int64_t> numbers;
      if (kept)
        for (const auto& revision : *kept) numbers.push_back(revision.number);
      superfluous = history::revisions_to_delete(next, std::move(numbers), object.spec.history_limit);
      history::mark_purged(next, superfluous);
    }
    const auto written = co_await recorder.write(object, std::move(next));
    if (!written) co_return after(written.error());
    for (const std::int64_t number : superfluous)
      if (const auto gone = co_await services.ports.repository.delete_revision(object, number); !gone)
        services.ports.log.about(LogLevel::Warning, object.meta.key, "Failed to delete an old revision",
                                 {{"revision", Json(number)}, {"error", Json(gone.error().message)}});
  }
  if (kind == api::OperationKind::Destroy && ended.error) {
    ++run.destroy_failures;
    run.destroy_retry_at = now + retry_delay(object.spec.retry, run.destroy_failures, object.meta.uid);
  }
  if (closing.result == api::HistoryResult::Succeeded && kind != api::OperationKind::Destroy) run.checked_at = now;
  if (closing.result == api::HistoryResult::Succeeded) {
    run.dead_attempt.reset();
  } else if (operation.killed) {
    note_killed_attempt(run);
  }
  measure(object, operation, closing);
  services.ports.log.about(ended.error ? LogLevel::Warning : LogLevel::Info, object.meta.key, "Finished an operation",
                           {{"operation", Json(std::string(api::to_string(kind)))},
                            {"result", Json(std::string(api::to_string(closing.result)))},
                            {"revision", Json(operation.journal.revision)},
                            {"error", Json(ended.error ? closing.message : std::string())}});
  co_await finish(object.meta.key, run);
  co_return std::nullopt;
}

void Engine::State::measure(const api::Deployment& object, const ActiveOperation& operation,
                            const Closing& closing) const {
  using Result = api::HistoryResult;
  ports::Measurements& measurements = services.ports.measurements;
  const Duration took = std::chrono::duration_cast<Duration>(services.ports.clock.steady() - operation.began);
  if (operation.journal.kind == api::OperationKind::Rollback) {
    const std::string_view result = closing.result == Result::Succeeded ? "succeeded" : "failed";
    measurements.rollback_finished(object.spec.type, operation.journal.trigger, result);
    if (closing.result == Result::Succeeded && operation.journal.trigger == "Automatic")
      measurements.deployment_finished(object.spec.type, "rolled_back", took);
    return;
  }
  if (operation.journal.kind != api::OperationKind::Deploy) return;
  if (closing.result == Result::Succeeded) measurements.deployment_finished(object.spec.type, "succeeded", took);
  if (closing.result == Result::Cancelled) measurements.deployment_finished(object.spec.type, "cancelled", took);
  if (closing.result != Result::Failed) return;
  // One that is about to be rolled back is counted once, at the end of that.
  const bool goes_back = closing.release_ran && object.spec.rollback.automatic &&
                         class_of(closing.reason, true) == FailureClass::OfRelease &&
                         history::automatic_target(object.status, operation.journal.digest).has_value();
  if (!goes_back) measurements.deployment_finished(object.spec.type, "failed", took);
}

/// Directories go after the record; whoever is first in line for the slot is woken.
Task<void> Engine::State::finish(ObjectKey key, ObjectRun& run) {
  const std::vector<std::string> directories = run.operation->directories;
  run.operation.reset();
  for (const std::string& id : directories)
    if (const auto removed = co_await services.workspaces.remove(id); !removed)
      services.ports.log.about(LogLevel::Warning, key, "Failed to remove a work directory",
                               {{"error", Json(removed.error().message)}});
  wake_first();
}

}  // namespace deployctl::engine
