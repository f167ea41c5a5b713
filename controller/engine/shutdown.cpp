// The controller is stopped: nothing new begins, what changes nothing is told to end, what changes something may finish
// within the grace, and each open operation is left in the status as the next process needs it. An end that is known is
// recorded as it is. What had run a hook that must not run twice stays open and is gone on with; what had to be killed
// stays open and is recovered by its executor's rule; anything else is recorded as Interrupted, and begun anew.

#include <utility>

#include "async/with_timeout.hpp"
#include "engine/engine_state.hpp"

namespace deployctl::engine {

namespace {

/// To persist the last observation after everything was stopped (helm-controller).
constexpr Duration kLastWrites = std::chrono::seconds(5);

bool names_a_hook(const api::Operation& journal) {
  return journal.once && (journal.step == kPreHookStep || journal.step == kPostHookStep);
}

bool has_run_once_hooks(const ActiveOperation& operation) {
  return operation.once_hooks_ran || (operation.machine && operation.machine->once_hook_ended());
}

/// The step the journal names was begun and must not be repeated. Between two such hooks nobody can tell which is
/// meant.
bool is_in_once_step(const ActiveOperation& operation) {
  if (!operation.journal.once || !operation.machine) return false;
  const bool is_not_begun = operation.pending && std::holds_alternative<RunStep>(*operation.pending);
  if (is_not_begun && !has_run_once_hooks(operation)) return false;
  const Phase phase = operation.machine->phase();
  if (names_a_hook(operation.journal)) return phase == Phase::PreHooks || phase == Phase::PostHooks;
  return phase == Phase::Effects;
}

/// Nothing: it was cut off, or only waits for a person.
const Ended* known_end(const ActiveOperation& operation) {
  const Ended* ended = operation.pending ? std::get_if<Ended>(&*operation.pending) : nullptr;
  return ended != nullptr && !ended->plan ? ended : nullptr;
}

}  // namespace

/// No task runs, and no reconcile stands in what they leave. Neither begins another task.
Task<void> Engine::State::come_to_rest() {
  co_await tasks.join();
  while (!passing.empty()) co_await pass_ended.wait();
}

/// How the last task ended was not looked at yet. What would be next is not begun any more.
void Engine::State::take_what_ended(const ObjectKey& key, ActiveOperation& operation) {
  if (operation.busy || operation.pending || !operation.finished || !operation.machine) return;
  const std::optional<Finished> finished = std::exchange(operation.finished, std::nullopt);
  operation.pending = operation.machine->next(&*finished);
  if (const auto& outputs = operation.machine->outputs()) hide_outputs(key, *outputs);
}

/// A step that changes something has come to its end within the grace, told by nobody to stop.
void Engine::State::take_what_finished(const ObjectKey& key, ActiveOperation& operation) {
  if (operation.step.effect == executors::Effect::None) return;
  take_what_ended(key, operation);
  if (operation.stop == StopCause::Shutdown && known_end(operation) != nullptr) operation.stop = StopCause::None;
}

Task<Result<void>> Engine::State::record_at_shutdown(api::Deployment object, ObjectRun& run) {
  ActiveOperation& operation = *run.operation;
  if (const Ended* end = known_end(operation)) {
    const Ended ended = *end;
    const Acted acted = co_await close(object, run, ended);
    if (acted && acted->error) co_return *acted->error;
    co_return Result<void>();
  }
  const WallTime now = services.ports.clock.wall();
  const Error interrupted = fail(ErrorKind::Cancelled, "interrupted: the controller was stopped");
  const Phase phase = operation.machine ? operation.machine->phase() : Phase::Effects;
  Ended ended{.error = interrupted, .message = {}, .phase = phase, .release_ran = true};
  const bool stopped = operation.stop == StopCause::Shutdown;
  if (stopped && is_in_once_step(operation) && only_a_person_knows(operation)) {
    ended = asks_a_person(operation);
  } else if (stopped && has_run_once_hooks(operation)) {
    api::Operation journal = operation.journal;
    if (names_a_hook(journal)) {  // which has ended
      journal.step = to_string(phase);
      journal.once = false;
    }
    co_return co_await recorder.write(object,
                                      progressed(object, journal, interrupted.message + "; the next one goes on", now));
  }
  co_return co_await recorder.write(object, closed(object, closing_of(object, operation, ended), now));
}

Task<void> Engine::State::shutdown() {
  shutting_down = true;
  for (auto& [key, run] : runs) {
    drop_check(run);
    if (!run.operation) continue;
    if (!passing.contains(key)) take_what_ended(key, *run.operation);
    if (run.operation->stop == StopCause::None && known_end(*run.operation) == nullptr)
      run.operation->stop = StopCause::Shutdown;
    if (run.operation->step.effect == executors::Effect::None) run.operation->task.cancel();
  }
  co_await with_timeout(services.ports.clock, services.options.shutdown_grace, come_to_rest());
  for (auto& [key, run] : runs)
    if (run.operation && !passing.contains(key)) take_what_finished(key, *run.operation);
  tasks.cancel_all();  // each step ends within its own stop grace
  co_await tasks.join();
  for (auto& [key, run] : runs) {
    if (!run.operation || passing.contains(key)) continue;
    const bool announced = run.operation->announced && !run.operation->killed &&
                           run.operation->journal.kind != api::OperationKind::Destroy;
    auto found = services.ports.repository.find(key);
    if (announced && found && *found && (*found)->meta.uid == run.uid) {
      const auto recorded = co_await with_timeout(services.ports.clock, kLastWrites, record_at_shutdown(**found, run));
      if (!recorded || !*recorded)
        services.ports.log.about(LogLevel::Warning, key, "Left an operation open, to be recovered by the next process",
                                 {{"error", Json(recorded ? recorded->error().message : "no answer in time")}});
    }
    if (run.operation) co_await finish(key, run);
  }
  // What a reconcile that did not end in time stands in stays until it has ended; its operation stays open, and is
  // recovered by the next process.
  std::erase_if(runs, [this](const auto& each) { return !passing.contains(each.first); });
}

}  // namespace deployctl::engine
