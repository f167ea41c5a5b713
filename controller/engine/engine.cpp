#include "engine/engine.hpp"

#include <algorithm>
#include <functional>
#include <utility>

#include "api/constants.hpp"
#include "engine/decide.hpp"
#include "engine/engine_state.hpp"
#include "engine/failures.hpp"
#include "engine/observe.hpp"
#include "ports/tool_cache.hpp"
#include "sources/workspace_files.hpp"

namespace deployctl::engine {

namespace {

/// A lost optimistic lock: the watch brings the newer object and asks for the key; this is in case it does not.
constexpr Duration kCatchUp = std::chrono::seconds(1);
/// Passes over one object without waiting for anything; more is a bug, and must not starve the others.
constexpr int kMostPasses = 32;

/// What a tool fetched for an object that goes.
Task<void> remove_tool_cache(Services& services, ObjectKey key) {
  const std::function<Result<void>()> remove = [cache = ports::tool_cache(services.options.work_dir, key)] {
    return sources::remove_tree(cache);
  };
  if (const auto gone = co_await services.pool.run(remove); !gone)
    services.ports.log.about(LogLevel::Warning, key, "Failed to remove what its tool had fetched",
                             {{"error", Json(gone.error().message)}});
}

}  // namespace

Outcome after(const Error& error) {
  if (error.kind == ErrorKind::Conflict) return {.requeue_after = kCatchUp};
  if (error.kind == ErrorKind::NotFound) return {};  // the object is gone
  return {.error = error};
}

Engine::State::State(asio::any_io_executor executor, Ports ports, Options options)
    : services(executor, std::move(ports), std::move(options)),
      recorder(services),
      started(services.ports.clock.wall()),
      holder_proofs(services, services.options.started.value_or(started)),
      pass_ended(executor),
      tasks(executor) {
  // What a task could not catch itself must not end the others' work.
  tasks.on_failure([here = std::weak_ptr<State*>(self)](const std::string& name, const std::exception_ptr& thrown) {
    const auto error = escaped(thrown);
    if (const auto state = here.lock())
      (*state)->services.ports.log.error("A task failed unexpectedly",
                                         error ? *error : fail(ErrorKind::Internal, "aborted, and nobody cancelled it"),
                                         {{"task", Json(name)}});
  });
}

/// Lives in the frame of a reconcile.
class Engine::State::Pass {
 public:
  Pass(State& state, ObjectKey key) : state_(state.self), key_(std::move(key)) { state.passing.insert(key_); }
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;
  /// What its last look decided; by it the key stands in line for a slot when the pass ends, or does not.
  void decided(const Decision& decision) {
    const Wait* wait = std::get_if<Wait>(&decision);
    wants_ = wait != nullptr ? wait->slot : std::nullopt;
  }
  ~Pass() {
    // The engine may be gone: frames nobody waited for are destroyed with the loop.
    const auto state = state_.lock();
    if (!state) return;
    (*state)->passing.erase(key_);
    if (wants_) {
      (*state)->slot_line.stand(key_, *wants_);
    } else {
      (*state)->slot_line.leave(key_);
    }
    (*state)->wake_first();
    (*state)->pass_ended.notify();
  }

 private:
  std::weak_ptr<State*> state_;
  ObjectKey key_;
  std::optional<Urgency> wants_;
};

/// As many as there are free slots. One that is woken goes, or leaves the line and lets the next be woken.
void Engine::State::wake_first() {
  for (const ObjectKey& key : slot_line.first(services.operation_slots.available())) services.ports.requeue(key);
}

Task<Outcome> Engine::State::reconcile(ObjectKey key) {
  Pass standing_here(*this, key);
  for (int pass = 0; pass < kMostPasses; ++pass) {
    if (shutting_down) co_return Outcome{};
    auto found = services.ports.repository.find(key);
    if (!found) co_return after(found.error());
    if (!*found) co_return co_await object_is_gone(key);
    const api::Deployment object = std::move(**found);
    ObjectRun& run = runs[key];
    if (co_await is_of_another_life(object, run)) co_return Outcome{};
    if (run.thrown) std::rethrow_exception(std::exchange(run.thrown, nullptr));
    if (run.check && (run.check->report || run.check->adoption)) {
      if (auto outcome = co_await take_report(object, run)) co_return *outcome;
      continue;
    }
    const SeenHolder holder = co_await holder_of(run.operation ? std::nullopt : object.status.operation);
    if (holder.state == HolderState::Dead) note_dead_attempt(run, *object.status.operation, holder.dead_by);
    const Observation observed = observe(object, run,
                                         {.holder = holder,
                                          .slot_free = slot_line.may_go(key, services.operation_slots.available()),
                                          .started = started});
    log_ignored(object, run, observed.requests);
    const Decision decision = decide(object, observed, services.ports.clock.wall());
    standing_here.decided(decision);
    services.ports.log.about(LogLevel::Debug, key, "Decided", {{"decision", Json(std::string(name_of(decision)))}});
    auto outcome =
        co_await std::visit([&](const auto& what) -> Task<Acted> { return act(object, run, what); }, decision);
    if (outcome) co_return *outcome;
  }
  co_return Outcome{.requeue_after = kCatchUp};
}

/// The object that lived here under the same name: its results are dropped (fault R7).
/// So is an object whose status was emptied under us, as a restored backup does: it is looked back at once more.
/// True: something of it still runs, and asks for the key when it has ended.
Task<bool> Engine::State::is_of_another_life(api::Deployment object, ObjectRun& run) {
  const bool emptied = run.had_status && is_empty(object.status);
  run.had_status = !is_empty(object.status);
  if (run.uid == object.meta.uid && !emptied) co_return false;
  drop_check(run);
  if (run.operation && run.operation->busy) {
    run.operation->stop = StopCause::Dropped;
    run.operation->task.cancel();
    co_return true;
  }
  if (run.operation) {
    services.ports.measurements.orphaned(object.spec.type);
    co_await finish(object.meta.key, run);
  }
  run = ObjectRun{};
  run.uid = object.meta.uid;
  run.had_status = !is_empty(object.status);
  co_return false;
}

Task<Outcome> Engine::State::object_is_gone(ObjectKey key) {
  const auto found = runs.find(key);
  if (found == runs.end()) co_return Outcome{};
  ObjectRun& run = found->second;
  drop_check(run);
  if (run.operation) {
    if (run.operation->busy) {
      run.operation->stop = StopCause::Dropped;
      run.operation->task.cancel();
      co_return Outcome{};
    }
    // Somebody took our finalizer away: what was deployed stays, and nobody looks after it any more (fault F3).
    services.ports.log.about(LogLevel::Warning, key, "Orphaned what was deployed, the object went in mid-operation");
    services.ports.measurements.orphaned(run.operation->snapshot.spec.type);
    co_await finish(key, run);
  }
  runs.erase(key);
  services.forget_secrets(key);
  services.ports.measurements.object_gone(key);
  co_return Outcome{};
}

Task<SeenHolder> Engine::State::holder_of(std::optional<api::Operation> open) {
  if (!open) co_return SeenHolder{};
  if (auto alive = survivor_of(open->id))
    co_return SeenHolder{.state = HolderState::Unproven, .missing = std::move(*alive)};
  if (open->holder.identity == services.options.holder.identity)
    co_return SeenHolder{.state = HolderState::Us, .missing = {}};
  HolderProof proof = co_await holder_proofs.proof_of(open->holder);
  co_return SeenHolder{.state = proof.dead ? HolderState::Dead : HolderState::Unproven,
                       .missing = std::move(proof.missing),
                       .dead_by = proof.by};
}

/// For what runs next. When it was first proven counts, however long that waits for a slot.
void Engine::State::note_dead_attempt(ObjectRun& run, const api::Operation& open, WallTime by) {
  if (run.dead_attempt && run.dead_attempt->journal.id == open.id) return;
  run.dead_attempt = executors::DeadAttempt{.journal = open, .by = by};
}

/// So is ours whose step had to be killed: it may have left a lock, taken since that step began.
void Engine::State::note_killed_attempt(ObjectRun& run) {
  run.dead_attempt = executors::DeadAttempt{.journal = run.operation->journal, .by = run.operation->killed->at};
  run.dead_attempt->journal.started_at = run.operation->killed->step.began;
}

std::optional<std::string> Engine::State::survivor_of(const std::string& operation) const {
  return services.options.survivor ? services.options.survivor(operation) : std::nullopt;
}

void Engine::State::log_ignored(const api::Deployment& object, ObjectRun& run, const api::Requests& requests) {
  for (const std::string& ignored : requests.ignored)
    if (run.ignored.insert(ignored).second)
      services.ports.log.about(LogLevel::Warning, object.meta.key, "Ignored an annotation", {{"error", Json(ignored)}});
}

Outcome Engine::State::until(std::optional<WallTime> time) const {
  if (!time) return {};
  return {.requeue_after = std::max(*time - services.ports.clock.wall(), Duration::zero())};
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment /*object*/, ObjectRun& /*run*/, Nothing /*decision*/) {
  co_return Outcome{};
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment /*object*/, ObjectRun& /*run*/, Wait decision) {
  co_return until(decision.until);
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& /*run*/, AddFinalizer /*decision*/) {
  const auto added = co_await services.ports.repository.add_finalizer(object);
  if (!added) co_return after(added.error());
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, RemoveFinalizer decision) {
  drop_check(run);
  auto& repository = services.ports.repository;
  const auto kept = co_await repository.list_revisions(object);
  if (!kept) co_return after(kept.error());
  // Whether or not the status names them: a Secret may have been written without its status. The revisions go last,
  // and the one a Destroy reads after the finalizer: it has to run again when we die on the way.
  for (const auto attachment : {ports::Attachment::Plan, ports::Attachment::Outputs})
    if (const auto gone = co_await repository.detach(object, attachment); !gone) co_return after(gone.error());
  co_await remove_tool_cache(services, object.meta.key);
  // What was orphaned may refer to its files for as long as it runs.
  if (!decision.orphan)
    if (const auto gone = co_await services.workspaces.retain(object.meta.key, {}); !gone)
      services.ports.log.about(LogLevel::Warning, object.meta.key, "Failed to remove the files of its sources",
                               {{"error", Json(gone.error().message)}});
  const std::int64_t last = object.status.last_revision;
  for (auto other = kept->rbegin(); other != kept->rend(); ++other) {
    if (other->number == last) continue;
    if (const auto gone = co_await repository.delete_revision(object, other->number); !gone)
      co_return after(gone.error());
  }
  if (decision.orphan && object.spec.suspend)
    services.ports.events.publish(object.meta, {.type = ports::EventType::Warning,
                                                .reason = std::string(api::reasons::kSuspended),
                                                .action = "Destroy",
                                                .note = "deleted while suspended: what was deployed stays"});
  const auto removed = co_await repository.remove_finalizer(object);
  if (!removed) co_return after(removed.error());
  if (last == 0 || kept->empty()) co_return std::nullopt;
  if (const auto gone = co_await repository.delete_revision(object, last); !gone)
    services.ports.log.about(LogLevel::Warning, object.meta.key, "Failed to delete the last revision",
                             {{"revision", Json(last)}, {"error", Json(gone.error().message)}});
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Resolve /*decision*/) {
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  run.references_changed = false;
  // It may take long: the slot goes to the next in line meanwhile.
  slot_line.leave(object.meta.key);
  wake_first();
  run.resolution = std::make_unique<Resolution>(
      co_await resolve(services, object, run.desired, requests.reconcile ? requests.reconcile->token : ""));
  run.desired = run.resolution->desired;
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& /*run*/, Answer decision) {
  const auto written = co_await recorder.write(object, answered(object, decision, services.ports.clock.wall()));
  if (!written) co_return after(written.error());
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, Settle decision) {
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  std::optional<std::string> answered_token;
  if (requests.reconcile &&
      (object.undecodable || (run.desired && run.desired->reconcile_token == requests.reconcile->token)))
    answered_token = requests.reconcile->token;
  const auto written = co_await recorder.write(
      object, rested(object, decision.rest, requests, answered_token, services.ports.clock.wall()));
  if (!written) co_return after(written.error());
  run.resolution.reset();  // files and values of thousands of objects at rest are not kept
  co_return until(decision.until);
}

void Engine::State::references_changed(const ObjectKey& key) {
  if (const auto found = runs.find(key); found != runs.end()) found->second.references_changed = true;
  services.ports.requeue(key);
}

Engine::Engine(asio::any_io_executor executor, Ports ports, Options options)
    : state_(std::make_unique<State>(std::move(executor), std::move(ports), std::move(options))) {}

Engine::~Engine() = default;

Task<Result<void>> Engine::prepare() {
  if (auto made = state_->services.workspaces.prepare(); !made) co_return made;
  auto left = co_await state_->services.workspaces.leftovers();
  if (!left) co_return left.error();
  // Of objects that went while nobody looked, too. A tool that outlived us may still need its own.
  if (std::ranges::none_of(*left, [this](const std::string& id) { return state_->survivor_of(id).has_value(); })) {
    const std::function<Result<void>()> empty = [caches = ports::tool_caches(state_->services.options.work_dir)] {
      return sources::remove_tree(caches);
    };
    if (auto emptied = co_await state_->services.pool.run(empty); !emptied) co_return emptied;
  }
  for (const std::string& id : *left) {
    if (state_->survivor_of(id)) continue;
    if (auto removed = co_await state_->services.workspaces.remove(id); !removed) co_return removed;
  }
  co_return Result<void>();
}

Task<Outcome> Engine::reconcile(ObjectKey key) { return state_->reconcile(std::move(key)); }
void Engine::references_changed(const ObjectKey& key) { state_->references_changed(key); }
Task<void> Engine::shutdown() { return state_->shutdown(); }

std::size_t Engine::operations() const {
  return static_cast<std::size_t>(
      std::ranges::count_if(state_->runs, [](const auto& each) { return each.second.operation != nullptr; }));
}

}  // namespace deployctl::engine
