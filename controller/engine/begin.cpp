// Operations are made: from the spec (Begin), from a kept revision (RollBack, Recover, Destroy).

#include <utility>

#include "api/constants.hpp"
#include "base/random.hpp"
#include "base/ulid.hpp"
#include "engine/assemble.hpp"
#include "engine/engine_state.hpp"
#include "engine/past.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

namespace {

/// Engine's own entry among the pins: how many lines at the end of the inventory are an earlier revision's.
constexpr const char* kCarriedPin = "carried";

/// What this revision itself owns.
Json own_part(const history::Snapshot& snapshot) {
  const Json& inventory = snapshot.remembered.inventory;
  if (!inventory.is_array() || !snapshot.remembered.pins.is_object()) return inventory;
  const auto carried = snapshot.remembered.pins.find(kCarriedPin);
  if (carried == snapshot.remembered.pins.end() || !carried->is_number_unsigned()) return inventory;
  const std::size_t count = std::min(carried->get<std::size_t>(), inventory.size());
  Json own = Json::array();
  for (std::size_t n = 0; n + count < inventory.size(); ++n) own.push_back(inventory.at(n));
  return own;
}

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

/// What a rollback goes away from: what the spec asks for.
std::optional<api::Quarantine> abandoned(const api::Deployment& object, const ObjectRun& run, std::string_view target) {
  api::Quarantine held;
  const auto newest = std::ranges::find(object.status.history, api::OperationKind::Deploy, &api::HistoryEntry::kind);
  if (newest != object.status.history.end())
    held = {.digest = newest->digest,
            .gate = newest->gate,
            .version = newest->version,
            .revision = newest->revision,
            .reason = newest->result == api::HistoryResult::Succeeded ? std::string(api::reasons::kRolledBack)
                                                                      : newest->reason};
  if (run.resolution && !run.resolution->desired.error && run.resolution->desired.digest != held.digest)
    held = {.digest = run.resolution->desired.digest,
            .gate = run.resolution->desired.gate,
            .version = run.resolution->spec.version,
            .revision = 0,
            .reason = std::string(api::reasons::kRolledBack)};
  if (held.digest.empty() || held.digest == target) return std::nullopt;
  return held;
}

}  // namespace

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
  if (run.resolution && !run.resolution->desired.error) {
    operation->desired_digest = run.resolution->desired.digest;
    operation->desired_gate = run.resolution->desired.gate;
    operation->reconcile_token = requests.reconcile ? std::optional(requests.reconcile->token) : std::nullopt;
  }
  operation->timeout = object.spec.timeout;
  operation->began = services.ports.clock.steady();
  operation->write_progress_from = now + std::chrono::seconds(10);
  operation->slot = services.operation_slots.try_acquire();
  want_slot.erase(object.meta.key);
  return operation;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Begin decision) {
  drop_check(run);
  run.operation = new_operation(object, run, api::OperationKind::Deploy);
  ActiveOperation& operation = *run.operation;
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  operation.snapshot = snapshot_of(*run.resolution);
  operation.journal.digest = operation.snapshot.digest;
  operation.journal.attempt = decision.attempt;
  operation.journal.trigger = decision.trigger;
  operation.journal.by = requests.by;
  operation.journal.why = requests.why;
  operation.forced = decision.forced;
  operation.moves = decision.moves;
  if (decision.forced) operation.force_token = requests.force->token;
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
  operation.quarantine = abandoned(object, run, decision.target.digest);
  if (decision.trigger == "Request" && requests.rollback) {
    operation.rollback_token = requests.rollback->asked.token;
    operation.journal.by = requests.by;
    operation.journal.why = requests.why;
  }
  auto snapshot = co_await load(object, decision.target.revision);
  Result<void> ready;
  if (!snapshot) {
    ready = snapshot.error();
  } else {
    operation.snapshot = std::move(*snapshot);
    ready = co_await make_ready(object, operation, std::nullopt);
  }
  if (!ready) co_return co_await close(object, run, {.error = ready.error(), .message = {}, .phase = Phase::Prepare});
  co_return co_await advance(object, run);
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Recover /*decision*/) {
  const api::Operation& open = *object.status.operation;
  run.operation = new_operation(object, run, open.kind);
  ActiveOperation& operation = *run.operation;
  operation.journal = open;
  operation.journal.holder = services.options.holder;
  operation.announced = true;
  operation.resumed = true;
  operation.generation.reset();
  if (open.kind == api::OperationKind::Rollback) {
    operation.timeout = api::rollback_timeout_of(object.spec);
    operation.quarantine = abandoned(object, run, open.digest);
    if (const auto& asked = object.status.last_handled.rollback; asked && open.trigger == "Request")
      operation.rollback_token = asked->token;
  } else if (const auto& asked = object.status.last_handled.force; asked && open.trigger == "Request") {
    operation.force_token = asked->token;
  }
  const bool hook = open.step == kPreHookStep || open.step == kPostHookStep;
  auto snapshot = co_await load(object, open.revision);
  if (!snapshot) {
    const ErrorKind kind = snapshot.error().kind;
    if (kind != ErrorKind::NotFound && kind != ErrorKind::Invalid) {
      run.operation.reset();
      co_return Outcome{.error = snapshot.error()};
    }
    const Error lost =
        fail(ErrorKind::Cancelled, "interrupted, and its kept revision is lost: " + snapshot.error().message);
    operation.stop = StopCause::Shutdown;  // nothing more can be done for it; what is asked is begun anew
    co_return co_await close(object, run, {.error = lost, .message = {}, .phase = Phase::Effects, .release_ran = true});
  }
  operation.snapshot = std::move(*snapshot);
  operation.restorable = history::restorable_of(operation.snapshot);
  // What the spec asked for when it was begun.
  const bool deploys = open.kind == api::OperationKind::Deploy;
  operation.desired_digest = deploys ? open.digest : operation.quarantine ? operation.quarantine->digest : "";
  operation.desired_gate = deploys ? operation.snapshot.gate : operation.quarantine ? operation.quarantine->gate : "";
  const executors::Executor* executor = services.ports.executors.find(operation.snapshot.spec.type);
  const executors::Recovery rule =
      executor == nullptr ? executors::Recovery::AskHuman : executor->after_interruption(open);
  if ((hook && open.once) || rule == executors::Recovery::AskHuman) {
    const Error asks = fail(ErrorKind::StepFailed, "step " + open.step +
                                                       " was interrupted and may have done its work: it is not run "
                                                       "again by itself; annotate force-at to run everything again");
    if (open.kind == api::OperationKind::Deploy) {
      operation.stop = StopCause::Shutdown;
      operation.quarantine = api::Quarantine{.digest = open.digest,
                                             .gate = operation.snapshot.gate,
                                             .version = operation.snapshot.spec.version,
                                             .revision = open.revision,
                                             .reason = std::string(api::reasons::kStepFailed)};
    }
    co_return co_await close(object, run, {.error = asks, .message = {}, .phase = Phase::Effects, .release_ran = true});
  }
  // The move was cut off when the target still reads as before.
  operation.moves = open.kind == api::OperationKind::Deploy && object.status.target &&
                    history::target_move(*object.status.target, operation.snapshot.target).has_value();
  auto ready = co_await make_ready(object, operation, std::nullopt);
  if (!ready) co_return co_await close(object, run, {.error = ready.error(), .message = {}, .phase = Phase::Prepare});
  services.ports.log.about(LogLevel::Info, object.meta.key, "Resumed an interrupted operation",
                           {{"revision", Json(open.revision)}, {"step", Json(open.step)}});
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
  std::vector<std::string> secrets;
  for (const auto* values : {&snapshot->pinned.secret_variables, &snapshot->pinned.secret_env})
    for (const auto& [variable, value] : *values) secrets.push_back(value);
  if (!secrets.empty()) services.ports.secrets.replace(object.meta.key, std::move(secrets));
  if (history::restorable_of(*snapshot) != api::Restorable::ByReference) co_return snapshot;
  auto source = co_await services.sources.fetch(object.meta.key, snapshot->spec);
  if (!source) co_return source.error().with_context(name);
  if (source->sha256 != snapshot->source_sha256)
    co_return fail(ErrorKind::Invalid, name + ": its source was too large to keep and has changed since");
  snapshot->source = std::move(source->files);
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
  co_return serving > 0 ? own_part(*snapshot) : snapshot->remembered.inventory;
}

Task<Result<std::unique_ptr<executors::Procedure>>> Engine::State::removal_at_old_target(api::Deployment object,
                                                                                         ActiveOperation& operation) {
  const std::int64_t serving = object.status.revision > 0 ? object.status.revision : object.status.last_revision;
  const std::int64_t revision = operation.resumed && serving == operation.journal.revision ? serving - 1 : serving;
  auto snapshot = co_await load(object, revision);
  if (!snapshot) co_return snapshot.error();
  auto values = co_await values_of(services, object.meta.key, *snapshot, true);
  if (!values) co_return values.error();
  const std::string id = make_ulid(services.ports.clock.wall(), random_bytes(10));
  operation.directories.push_back(id);
  auto inputs = co_await assemble_inputs(services, object, *snapshot, std::move(*values), id);
  if (!inputs) co_return inputs.error();
  inputs->revision = revision;
  inputs->inventory = snapshot->remembered.inventory;
  co_return services.ports.executors.find(snapshot->spec.type)->destroy(std::move(*inputs));
}

Task<Result<void>> Engine::State::make_ready(api::Deployment object, ActiveOperation& operation,
                                             std::optional<sources::ResolvedVariables> values) {
  using Kind = api::OperationKind;
  const Kind kind = operation.journal.kind;
  const history::Snapshot& snapshot = operation.snapshot;
  const executors::Executor* executor = services.ports.executors.find(snapshot.spec.type);
  if (executor == nullptr)
    co_return fail(ErrorKind::Invalid, "type " + std::string(api::to_string(snapshot.spec.type)) + " is not built in");
  if (!values) {
    auto read = co_await values_of(services, object.meta.key, snapshot, kind == Kind::Destroy);
    if (!read) co_return read.error();
    values = std::move(*read);
  }
  auto before = co_await inventory_before(object);
  if (!before) co_return before.error();
  OperationPlan plan;
  if (operation.moves) {
    auto removal = co_await removal_at_old_target(object, operation);
    if (!removal) co_return removal.error();
    auto shared = std::make_shared<std::unique_ptr<executors::Procedure>>(std::move(*removal));
    plan.remove_old = [shared] { return std::move(*shared); };
    before = Json::array();
  }
  operation.directories.push_back(operation.journal.id);
  auto inputs = co_await assemble_inputs(services, object, snapshot, std::move(*values), operation.journal.id);
  if (!inputs) co_return inputs.error();
  operation.carried = kind == Kind::Destroy || operation.resumed ? snapshot.remembered.inventory : std::move(*before);
  inputs->inventory = operation.carried;
  inputs->previous_revision = object.status.revision;
  inputs->restored_revision = operation.journal.restored_revision;
  inputs->rollback = kind == Kind::Rollback;
  inputs->revision = operation.journal.revision > 0 ? operation.journal.revision
                     : kind == Kind::Destroy        ? object.status.last_revision
                                                    : object.status.last_revision + 1;
  inputs->force_rebuild = operation.forced;
  if (kind == Kind::Destroy) {
    plan.main = executor->destroy(*inputs);
  } else {
    const bool rollback = kind == Kind::Rollback;
    const api::Hooks& hooks = snapshot.spec.hooks;
    const api::Health& health = snapshot.spec.health;
    const ObjectKey& key = object.meta.key;
    const auto env = [&] {
      std::map<std::string, std::string> all = inputs->env;
      all.insert(inputs->variables.begin(), inputs->variables.end());
      return all;
    }();
    auto pre =
        co_await prepare_checks(services, key, "pre", rollback ? std::vector<api::HealthCheck>{} : health.pre, env);
    if (!pre) co_return pre.error();
    auto post = co_await prepare_checks(services, key, "post", health.post, env);
    if (!post) co_return post.error();
    auto first = co_await prepare_hooks(services, key, std::string(kPreHookStep),
                                        rollback ? hooks.pre_rollback : hooks.pre_deploy, *inputs);
    if (!first) co_return first.error();
    auto last = co_await prepare_hooks(services, key, std::string(kPostHookStep),
                                       rollback ? hooks.post_rollback : hooks.post_deploy, *inputs);
    if (!last) co_return last.error();
    operation.pre_checks = std::move(*pre);
    operation.post_checks = std::move(*post);
    plan.pre_checks = !operation.pre_checks.empty();
    plan.post_checks = !operation.post_checks.empty();
    plan.before = std::move(*first);
    plan.after = std::move(*last);
    plan.stable_for = health.stable_for;
    plan.main = executor->deploy(*inputs);
    plan.verify = [executor, in = *inputs] { return executor->verify(in, false); };
    plan.settle = [executor, in = *inputs] { return executor->settle(in); };
    const bool last_attempt = operation.journal.attempt > object.spec.retry.limit;
    if (!rollback && last_attempt && !ever_succeeded(object.status) &&
        object.spec.deletion_policy == api::DeletionPolicy::Destroy)
      plan.cleanup = [executor, in = *inputs, &operation] {
        executors::Inputs all = in;
        all.inventory = operation.snapshot.remembered.inventory;
        return executor->destroy(std::move(all));
      };
  }
  if (operation.resumed) {
    plan.resumed = true;
    plan.look_first = executor->after_interruption(operation.journal) == executors::Recovery::VerifyThenDecide;
    // Hooks that must not run twice ran before this step, or it would be their own.
    std::erase_if(plan.before, [](const PreparedHook& hook) { return hook.step.effect == executors::Effect::Once; });
  }
  operation.machine.emplace(std::move(plan));
  co_return Result<void>();
}

}  // namespace deployctl::engine
