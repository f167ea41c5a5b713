// Operations are made: from the spec (Begin), from a kept revision (RollBack, Recover, Destroy).

#include <utility>

#include "api/constants.hpp"
#include "base/random.hpp"
#include "base/ulid.hpp"
#include "engine/assemble.hpp"
#include "engine/engine_state.hpp"
#include "engine/inventory.hpp"
#include "engine/past.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

namespace {

history::Snapshot snapshot_of(const Resolution& resolution) {
  history::Snapshot snapshot;
  snapshot.spec = resolution.spec;
  snapshot.source = resolution.source.files;
  snapshot.source_sha256 = resolution.source.sha256;
  snapshot.pinned = resolution.variables.pinned;
  snapshot.digest = resolution.desired.digest;
  snapshot.gate = resolution.desired.gate;
  snapshot.target = resolution.target;
  snapshot.hmac_key = resolution.hmac_key;
  return snapshot;
}

void hide_source(const Services& services, const ObjectKey& key, const history::Snapshot& snapshot) {
  if (!snapshot.spec.source || !snapshot.spec.source->secret_ref || snapshot.source.empty()) return;
  std::vector<std::string> secrets;
  for (const auto& [path, file] : snapshot.source) secrets.push_back(file.bytes);
  services.hide(key, "source", std::move(secrets));
}

void hide_sealed(const Services& services, const ObjectKey& key, const ports::SealedValues& sealed) {
  std::vector<std::string> secrets;
  for (const auto& [name, object] : sealed.secrets)
    for (const auto& [entry, value] : object.values) secrets.push_back(value);
  services.hide(key, "sealed", std::move(secrets));
}

}  // namespace

/// Takes the slot that the look saw free: nothing may be awaited since.
std::unique_ptr<ActiveOperation> Engine::State::new_operation(const api::Deployment& object, const ObjectRun& run,
                                                              api::OperationKind kind) {
  auto operation = std::make_unique<ActiveOperation>();
  const WallTime now = services.ports.clock.wall();
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  operation->journal.id = make_ulid(now, random_bytes(10));
  operation->journal.kind = kind;
  operation->journal.holder = services.options.holder;
  operation->journal.started_at = now;
  operation->generation = object.meta.generation;
  operation->number = std::max(object.status.last_revision + 1, run.next_revision);
  if (run.desired && !run.desired->error) {
    operation->desired_digest = run.desired->digest;
    operation->desired_gate = run.desired->gate;
    operation->reconcile_token = requests.reconcile ? std::optional(requests.reconcile->token) : std::nullopt;
  }
  operation->dead_attempt = run.dead_attempt;
  operation->timeout = object.spec.timeout;
  operation->began = services.ports.clock.steady();
  operation->write_progress_from = now + std::chrono::seconds(10);
  operation->slot = services.operation_slots.try_acquire();
  slot_line.leave(object.meta.key);
  return operation;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Begin decision) {
  drop_check(run);
  if (!run.resolution) co_return co_await act(object, run, Resolve{});  // its files were let go at rest
  run.operation = new_operation(object, run, api::OperationKind::Deploy);
  ActiveOperation& operation = *run.operation;
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  operation.snapshot = snapshot_of(*run.resolution);
  operation.journal.digest = operation.snapshot.digest;
  operation.journal.attempt = decision.attempt;
  operation.journal.trigger = decision.trigger;
  if (decision.forced || decision.approved ||
      requests.reconcile) {  // what stands beside an older request is not about this
    operation.journal.by = requests.by;
    operation.journal.why = requests.why;
  }
  operation.forced = decision.forced;
  operation.moves = decision.moves;
  if (decision.forced) operation.force_token = requests.force->token;
  if (decision.approved)
    if (const auto taken = co_await take_approval(object, operation); !taken)
      co_return co_await close(object, run, {.error = taken.error(), .message = {}, .phase = Phase::Prepare});
  const auto ready = co_await make_ready(object, operation, run.resolution->variables);
  if (!ready) co_return co_await close(object, run, {.error = ready.error(), .message = {}, .phase = Phase::Prepare});
  co_return co_await advance(object, run);
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, RollBack decision) {
  drop_check(run);
  run.operation = new_operation(object, run, api::OperationKind::Rollback);
  ActiveOperation& operation = *run.operation;
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  operation.journal.digest = decision.target.digest;
  operation.journal.restored_revision = decision.target.revision;
  operation.journal.attempt = decision.attempt;
  operation.journal.trigger = decision.trigger;
  operation.timeout = api::rollback_timeout_of(object.spec);
  operation.quarantine = abandoned(object, run.desired, decision.target.digest);
  if (decision.trigger == "Request" && requests.rollback) operation.rollback_token = requests.rollback->asked.token;
  if (operation.rollback_token || decision.approved) {
    operation.journal.by = requests.by;
    operation.journal.why = requests.why;
  }
  Result<void> ready;
  if (decision.approved) ready = co_await take_approval(object, operation);
  auto snapshot = ready ? co_await load(object, decision.target.revision) : Result<history::Snapshot>(ready.error());
  if (!snapshot) {
    ready = snapshot.error();
  } else {
    operation.snapshot = std::move(*snapshot);
    ready = co_await make_ready(object, operation, std::nullopt);
  }
  if (!ready) co_return co_await close(object, run, {.error = ready.error(), .message = {}, .phase = Phase::Prepare});
  co_return co_await advance(object, run);
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Destroy /*decision*/) {
  drop_check(run);
  run.operation = new_operation(object, run, api::OperationKind::Destroy);
  ActiveOperation& operation = *run.operation;
  if (object.undecodable) operation.timeout = api::DeploymentSpec{}.timeout;
  operation.journal.attempt = run.destroy_failures + 1;
  operation.journal.trigger = "Request";
  auto snapshot = co_await load(object, object.status.last_revision);
  Result<void> ready;
  if (!snapshot) {
    ready = snapshot.error().with_context("what was deployed is not known any more");
  } else {
    operation.snapshot = std::move(*snapshot);
    operation.journal.digest = operation.snapshot.digest;
    ready = co_await make_ready(object, operation, std::nullopt);
  }
  if (!ready) co_return co_await close(object, run, {.error = ready.error(), .message = {}, .phase = Phase::Prepare});
  co_return co_await advance(object, run);
}

/// Whole again: what was only kept by reference is fetched and compared.
Task<Result<history::Snapshot>> Engine::State::load(api::Deployment object, std::int64_t revision) {
  const std::string name = "revision " + std::to_string(revision);
  auto kept = co_await services.ports.repository.load_revision(object, revision);
  if (!kept) co_return kept.error().with_context(name);
  auto snapshot = history::decode_snapshot(kept->payload, kept->digest);
  if (!snapshot) co_return snapshot.error().with_context(name);
  hide_source(services, object.meta.key, *snapshot);
  hide_sealed(services, object.meta.key, snapshot->sealed);
  if (history::restorable_of(*snapshot) != api::Restorable::ByReference) co_return snapshot;
  auto source = co_await services.sources.fetch(object.meta.key, snapshot->spec);
  if (!source) co_return source.error().with_context(name);
  if (source->sha256 != snapshot->source_sha256)
    co_return fail(ErrorKind::Invalid, name + ": its source was too large to keep and has changed since");
  snapshot->source = std::move(source->files);
  hide_source(services, object.meta.key, *snapshot);
  co_return snapshot;
}

/// What may be there already: the serving revision's own, or after a failure everything the newest one knew of.
Task<Result<Json>> Engine::State::inventory_before(api::Deployment object) {
  const std::int64_t serving = object.status.revision;
  const std::int64_t revision = serving > 0 ? serving : object.status.last_revision;
  if (revision == 0) co_return Json(Json::array());
  auto kept = co_await services.ports.repository.load_revision(object, revision);
  if (!kept && kept.error().kind == ErrorKind::NotFound) co_return Json(Json::array());
  if (!kept) co_return kept.error();
  auto snapshot = history::decode_snapshot(kept->payload, kept->digest);
  if (!snapshot) co_return snapshot.error();
  co_return serving > 0 ? own_lines(snapshot->remembered) : snapshot->remembered.inventory;
}

/// As it was written; nothing when it is gone or cannot be used.
Task<Result<std::optional<history::Snapshot>>> Engine::State::kept_snapshot(api::Deployment object,
                                                                            std::int64_t revision) {
  auto kept = co_await services.ports.repository.load_revision(object, revision);
  if (!kept && kept.error().kind != ErrorKind::NotFound && kept.error().kind != ErrorKind::Invalid)
    co_return kept.error();
  if (kept)
    if (auto snapshot = history::decode_snapshot(kept->payload, kept->digest)) co_return std::move(*snapshot);
  co_return std::optional<history::Snapshot>();
}

Task<Result<executors::Inputs>> Engine::State::inputs_of(api::Deployment object, ActiveOperation& operation,
                                                         std::optional<sources::ResolvedVariables> values) {
  using Kind = api::OperationKind;
  const Kind kind = operation.journal.kind;
  const history::Snapshot& snapshot = operation.snapshot;
  // A rollback never sees old credentials: restoring a rotated password breaks it.
  sources::SealedReferences references(services.ports.references,
                                       kind == Kind::Destroy ? snapshot.sealed : ports::SealedValues{});
  if (!values) {
    auto read = co_await values_of(services, references, object.meta.key, snapshot,
                                   kind == Kind::Destroy ? sources::Missing::LeaveOut : sources::Missing::Fail);
    if (!read) co_return read.error();
    values = std::move(*read);
  }
  if (kind == Kind::Destroy) operation.left_out = values->left_out;
  auto before = co_await inventory_before(object);
  if (!before) co_return before.error();
  if (operation.moves) before = Json::array();
  operation.directories.push_back(operation.journal.id);
  auto inputs = co_await assemble_inputs(services, references, object, snapshot, std::move(*values),
                                         operation.journal.id, kind == Kind::Destroy ? &operation.left_out : nullptr);
  if (!inputs) co_return inputs.error();
  if (kind == Kind::Destroy) {
    tell_sealed_copy(object, references, object.status.last_revision);
    tell_left_out(object, operation.left_out);
  }
  operation.carried = kind == Kind::Destroy || operation.resumed ? snapshot.remembered.inventory : std::move(*before);
  inputs->inventory = operation.carried;
  inputs->previous_revision = object.status.revision;
  inputs->restored_revision = operation.journal.restored_revision;
  inputs->rollback = kind == Kind::Rollback;
  if (inputs->rollback && operation.quarantine) inputs->abandoned_revision = operation.quarantine->revision;
  inputs->revision = operation.journal.revision > 0 ? operation.journal.revision
                     : kind == Kind::Destroy        ? object.status.last_revision
                                                    : operation.number;
  inputs->force_rebuild = operation.forced;
  inputs->user = services.options.user;
  inputs->approval_required =
      kind != Kind::Destroy && api::approval_required(object.undecodable ? snapshot.spec : object.spec);
  inputs->approved = operation.approved;
  const executors::Executor& executor = *services.ports.executors.find(snapshot.spec.type);
  if (operation.dead_attempt &&
      executor.after_interruption(operation.dead_attempt->journal) == executors::Recovery::UnlockThenRerun)
    inputs->dead_attempt = operation.dead_attempt;
  // What a release created that succeeded is nothing to be tidied up. A resumed rollback goes on with its own account.
  const std::int64_t newest_number = object.status.last_revision;
  if (kind == Kind::Rollback && (operation.resumed || failed_with_revision(object.status, newest_number))) {
    auto newest = co_await kept_snapshot(object, newest_number);
    if (!newest) co_return newest.error();
    if (auto& abandoned = *newest) inputs->abandoned_pins = std::move(abandoned->remembered.pins);
  }
  co_return inputs;
}

/// What is kept. Files of sources that no kept revision has any more go.
Task<Result<void>> Engine::State::tell_what_is_kept(api::Deployment object, const executors::Executor& executor,
                                                    executors::Inputs& inputs) {
  if (!executor.asks_what_is_kept(inputs.spec)) co_return Result<void>();
  const auto kept = co_await services.ports.repository.list_revisions(object);
  if (!kept) co_return kept.error();
  for (const ports::KeptRevisionInfo& revision : *kept) {
    inputs.kept_revisions.push_back(revision.number);
    inputs.kept_digests.insert(revision.digest);
  }
  if (!executor.keeps_source()) co_return Result<void>();
  std::set<std::string> digests = inputs.kept_digests;
  digests.insert(inputs.digest);
  if (const auto removed = co_await services.workspaces.retain(object.meta.key, std::move(digests)); !removed)
    services.ports.log.about(LogLevel::Warning, object.meta.key, "Failed to remove the files of an old source",
                             {{"error", Json(removed.error().message)}});
  co_return Result<void>();
}

/// What stands around the executor's own steps.
Task<Result<void>> Engine::State::add_gate_and_hooks(ObjectKey key, ActiveOperation& operation,
                                                     executors::Inputs inputs, OperationPlan& plan) {
  const bool rollback = operation.journal.kind == api::OperationKind::Rollback;
  const api::Hooks& hooks = operation.snapshot.spec.hooks;
  const api::Health& health = operation.snapshot.spec.health;
  std::map<std::string, std::string> env = inputs.env;
  env.insert(inputs.variables.begin(), inputs.variables.end());
  auto pre =
      co_await prepare_checks(services, key, "pre", rollback ? std::vector<api::HealthCheck>{} : health.pre, env);
  if (!pre) co_return pre.error();
  auto post = co_await prepare_checks(services, key, "post", health.post, env);
  if (!post) co_return post.error();
  auto first = co_await prepare_hooks(services, key, std::string(kPreHookStep),
                                      rollback ? hooks.pre_rollback : hooks.pre_deploy, inputs);
  if (!first) co_return first.error();
  auto last = co_await prepare_hooks(services, key, std::string(kPostHookStep),
                                     rollback ? hooks.post_rollback : hooks.post_deploy, inputs);
  if (!last) co_return last.error();
  operation.pre_checks = std::move(*pre);
  operation.post_checks = std::move(*post);
  plan.pre_checks = !operation.pre_checks.empty();
  plan.post_checks = !operation.post_checks.empty();
  plan.before = std::move(*first);
  plan.after = std::move(*last);
  plan.stable_for = health.stable_for;
  co_return Result<void>();
}

Task<Result<void>> Engine::State::make_ready(api::Deployment object, ActiveOperation& operation,
                                             std::optional<sources::ResolvedVariables> values) {
  const api::DeploymentSpec& spec = operation.snapshot.spec;
  const executors::Executor* executor = services.ports.executors.find(spec.type);
  if (executor == nullptr)
    co_return fail(ErrorKind::Invalid, "type " + std::string(api::to_string(spec.type)) + " is not built in");
  OperationPlan plan;
  auto move = co_await plan_of_move(object, operation);
  if (!move) co_return move.error();
  plan.remove_old = std::move(*move);
  auto inputs = co_await inputs_of(object, operation, std::move(values));
  if (!inputs) co_return inputs.error();
  if (auto told = co_await tell_what_is_kept(object, *executor, *inputs); !told) co_return told.error();
  if (operation.journal.kind == api::OperationKind::Destroy) {
    plan.main = executor->destroy(*inputs);
    operation.machine.emplace(std::move(plan));
    co_return Result<void>();
  }
  auto outputs = co_await kept_outputs(object);
  if (!outputs) co_return outputs.error();
  operation.kept_outputs = std::move(*outputs);
  if (auto added = co_await add_gate_and_hooks(object.meta.key, operation, *inputs, plan); !added) co_return added;
  if (inputs->approval_required && !executor->asks_for_approval()) {
    auto question = co_await question_of(object, operation);
    if (!question) co_return question.error();
    plan.ask = std::move(*question);
  }
  plan.main = executor->deploy(*inputs);
  // With what the deploy found out: it is in the revision, but was not yet when these inputs were made.
  const auto as_pinned = [&operation, in = *inputs] {
    executors::Inputs now = in;
    if (Json pins = operation.machine->remembered().pins; !pins.empty()) now.pins = std::move(pins);
    return now;
  };
  plan.verify = [executor, as_pinned] { return executor->verify(as_pinned(), false); };
  plan.settle = [executor, as_pinned] { return executor->settle(as_pinned()); };
  const bool last_attempt = operation.journal.attempt > object.spec.retry.limit;
  if (operation.journal.kind == api::OperationKind::Deploy && last_attempt && !may_have_served(object.status) &&
      object.spec.deletion_policy == api::DeletionPolicy::Destroy)
    plan.cleanup = [executor, in = *inputs, &operation] {
      executors::Inputs all = in;
      all.inventory = operation.snapshot.remembered.inventory;
      all.spare_adopted = true;
      return executor->destroy(std::move(all));
    };
  if (operation.resumed) {
    plan.resumed = true;
    plan.look_first = executor->after_interruption(operation.journal) == executors::Recovery::VerifyThenDecide;
    // Hooks that must not run twice ran before this step, or it would be their own.
    const auto is_once = [](const PreparedHook& hook) { return hook.step.effect == executors::Effect::Once; };
    operation.once_hooks_ran = std::erase_if(plan.before, is_once) > 0;
    if (operation.journal.step == to_string(Phase::Settle) && std::erase_if(plan.after, is_once) > 0)
      operation.once_hooks_ran = true;
  }
  operation.machine.emplace(std::move(plan));
  co_return Result<void>();
}

}  // namespace deployctl::engine
