#include "engine/observe.hpp"

namespace deployctl::engine {

namespace {

Running running(const ActiveOperation& operation) {
  Running seen;
  seen.id = operation.journal.id;
  seen.kind = operation.journal.kind;
  seen.busy = operation.busy;
  seen.stopping = operation.stop != StopCause::None;
  const bool about_to_announce = operation.pending && std::holds_alternative<WriteJournal>(*operation.pending);
  seen.interruptible = !operation.machine || operation.machine->is_interruptible() || about_to_announce;
  seen.generation = operation.generation.value_or(0);
  seen.digest = operation.desired_digest;
  seen.gate = operation.desired_gate;
  seen.request = operation.rollback_token ? *operation.rollback_token : operation.force_token.value_or("");
  if (operation.first_step) seen.deadline = *operation.first_step + operation.timeout;
  if (operation.doing != operation.said) seen.progress_due = operation.write_progress_from;
  return seen;
}

}  // namespace

bool is_empty(const api::DeploymentStatus& status) {
  return status.observed_generation < 0 && status.last_revision == 0 && status.history.empty() && !status.operation;
}

Observation observe(const api::Deployment& object, const ObjectRun& run, const Surroundings& around) {
  Observation seen;
  seen.holder = around.holder;
  seen.slot_free = around.slot_free;
  seen.started = around.started;
  if (run.operation) seen.running = running(*run.operation);
  seen.desired = run.desired;
  seen.references_changed = run.references_changed;
  seen.requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  seen.checked_at = run.checked_at;
  seen.checking = run.check != nullptr;
  seen.looked_back = run.looked_back || !is_empty(object.status);
  seen.destroyed = run.destroyed;
  seen.destroy_retry_at = run.destroy_retry_at;
  return seen;
}

}  // namespace deployctl::engine
