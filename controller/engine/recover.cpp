// An operation whose holder is dead is taken over: run again from its kept revision, or ended when that must not be.

#include <utility>

#include "api/constants.hpp"
#include "engine/approvals.hpp"
#include "engine/engine_state.hpp"
#include "engine/past.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

std::unique_ptr<ActiveOperation> Engine::State::taken_over(const api::Deployment& object, const ObjectRun& run) {
  const api::Operation& open = *object.status.operation;
  auto operation = new_operation(object, run, open.kind);
  operation->journal = open;
  operation->journal.holder = services.options.holder;
  operation->announced = true;
  operation->directories.push_back(open.id);  // a survivor may have kept it from being removed at start
  operation->resumed = true;
  operation->generation.reset();
  operation->desired_digest.clear();
  operation->desired_gate.clear();
  const api::LastHandled& handled = object.status.last_handled;
  const bool requested = open.trigger == "Request";
  if (open.kind == api::OperationKind::Rollback) {
    operation->timeout = api::rollback_timeout_of(object.spec);
    operation->quarantine = abandoned(object, run.desired, open.digest);
    if (requested && handled.rollback) operation->rollback_token = handled.rollback->token;
  } else if (requested && handled.force) {
    operation->force_token = handled.force->token;
  }
  return operation;
}

/// It cannot be gone on with; what is asked is begun anew.
Task<Engine::State::Acted> Engine::State::give_up(api::Deployment object, ObjectRun& run, Error why) {
  const Error lost = fail(ErrorKind::Cancelled, "interrupted, and its kept revision is lost: " + why.message);
  run.operation->stop = StopCause::Shutdown;
  co_return co_await close(object, run, {.error = lost, .message = {}, .phase = Phase::Effects, .release_ran = true});
}

/// It may have done its work, and nothing can tell whether it has.
bool Engine::State::only_a_person_knows(const ActiveOperation& operation) const {
  const api::Operation& open = operation.journal;
  if (open.once && (open.step == kPreHookStep || open.step == kPostHookStep)) return true;
  const executors::Executor* executor = services.ports.executors.find(operation.snapshot.spec.type);
  return executor == nullptr || executor->after_interruption(open) == executors::Recovery::AskHuman;
}

/// The operation ends; it is not tried again by itself.
Ended Engine::State::asks_a_person(ActiveOperation& operation) {
  const api::Operation& open = operation.journal;
  const Error asks = fail(ErrorKind::StepFailed, "step " + open.step +
                                                     " was interrupted and may have done its work: it is not run again "
                                                     "by itself; annotate force-at to run everything again");
  if (open.kind == api::OperationKind::Deploy) {
    operation.stop = StopCause::Shutdown;
    operation.quarantine = api::Quarantine{.digest = open.digest,
                                           .gate = operation.snapshot.gate,
                                           .version = operation.snapshot.spec.version,
                                           .revision = open.revision,
                                           .reason = std::string(api::reasons::kStepFailed)};
  } else {
    operation.stop = StopCause::None;
  }
  return {.error = asks, .message = {}, .phase = Phase::Effects, .release_ran = true};
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Recover /*decision*/) {
  const api::Operation open = *object.status.operation;
  run.operation = taken_over(object, run);
  ActiveOperation& operation = *run.operation;
  auto snapshot = co_await load(object, open.revision);
  if (!snapshot) {
    const ErrorKind kind = snapshot.error().kind;
    if (kind == ErrorKind::NotFound || kind == ErrorKind::Invalid)
      co_return co_await give_up(object, run, snapshot.error());
    run.operation.reset();
    co_return Outcome{.error = snapshot.error()};
  }
  operation.snapshot = std::move(*snapshot);
  operation.restorable = history::restorable_of(operation.snapshot);
  // What the spec asked for when it was begun.
  if (open.kind == api::OperationKind::Deploy) {
    operation.desired_digest = open.digest;
    operation.desired_gate = operation.snapshot.gate;
  } else if (operation.quarantine) {
    operation.desired_digest = operation.quarantine->digest;
    operation.desired_gate = operation.quarantine->gate;
  }
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  if (is_approved(object.status, requests) && object.status.plan->inputs == open.digest)
    if (const auto taken = co_await take_approval(object, operation); !taken) {
      run.operation.reset();
      co_return Outcome{.error = taken.error()};
    }
  if (only_a_person_knows(operation)) co_return co_await close(object, run, asks_a_person(operation));
  // The move was cut off when the target still reads as before.
  operation.moves = open.kind == api::OperationKind::Deploy && object.status.target &&
                    history::target_move(*object.status.target, operation.snapshot.target).has_value();
  const auto ready = co_await make_ready(object, operation, std::nullopt);
  // Some of it may have run before: what served then is not known to serve.
  if (!ready)
    co_return co_await close(object, run,
                             {.error = ready.error(), .message = {}, .phase = Phase::Prepare, .release_ran = true});
  services.ports.log.about(LogLevel::Info, object.meta.key, "Resumed an interrupted operation",
                           {{"revision", Json(open.revision)}, {"step", Json(open.step)}});
  co_return co_await advance(object, run);
}

}  // namespace deployctl::engine
