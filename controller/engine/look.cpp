// Looks at what serves, each interval, and at what an earlier life of the object left. Steps without effect only, so
// nothing is journalled; a new operation cancels them.

#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "api/constants.hpp"
#include "base/random.hpp"
#include "base/ulid.hpp"
#include "engine/assemble.hpp"
#include "engine/engine_state.hpp"
#include "engine/failures.hpp"
#include "engine/past.hpp"
#include "engine/schedule.hpp"
#include "health/outputs.hpp"
#include "health/run_checks.hpp"

namespace deployctl::engine {

namespace {

/// When the look itself could not be taken.
constexpr Duration kLookAgain = std::chrono::seconds(30);

CheckReport cannot_tell(const Error& error) {
  return {.healthy = api::ConditionStatus::Unknown,
          .message = "could not look: " + error.message,
          .checks = {},
          .drifted = {},
          .drift_message = {}};
}

/// One that cannot be read, or does not serve: how it ended nobody knows, perhaps it served for months.
Adoption adoption_of(std::int64_t number, WallTime now) {
  return {.last_revision = number,
          .serves = false,
          .entry = {.revision = number,
                    .kind = api::OperationKind::Deploy,
                    .result = api::HistoryResult::Interrupted,
                    .trigger = std::string(kFoundTrigger),
                    .started_at = now,
                    .finished_at = now,
                    .reason = std::string(api::reasons::kUnknown),
                    .message = "found beside an empty status, and does not serve"},
          .target = {},
          .outputs = {}};
}

Adoption adoption_of(const history::Snapshot& snapshot, std::int64_t number, bool serves, WallTime now) {
  Adoption found = adoption_of(number, now);
  found.serves = serves;
  found.target = snapshot.target;
  found.entry.version = snapshot.spec.version;
  found.entry.digest = snapshot.digest;
  found.entry.gate = snapshot.gate;
  found.entry.restorable = history::restorable_of(snapshot);
  if (!serves) return found;
  found.entry.result = api::HistoryResult::Succeeded;
  found.entry.reason = std::string(api::reasons::kSucceeded);
  found.entry.message = "found beside an empty status";
  return found;
}

}  // namespace

void Engine::State::drop_check(ObjectRun& run) {
  if (!run.check) return;
  run.check->task.cancel();
  run.check.reset();
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, LookBack /*decision*/) {
  if (run.check) co_return Outcome{};
  const auto kept = co_await services.ports.repository.list_revisions(object);
  if (!kept && is_refusal(kept.error())) co_return co_await cannot_look_back(object, kept.error());
  if (!kept) co_return after(kept.error());
  if (kept->empty()) {
    run.looked_back = true;
    co_return std::nullopt;
  }
  if (shutting_down) co_return Outcome{};
  run.check = std::make_unique<ActiveCheck>();
  run.check->ticket = ++last_ticket;
  run.check->task = tasks.spawn("look back", look_at_kept(object, last_ticket, kept->front().number));
  co_return Outcome{};
}

/// Said, and nothing else: what an earlier life left must be known before anything begins.
Task<Engine::State::Acted> Engine::State::cannot_look_back(api::Deployment object, Error why) {
  const WallTime now = services.ports.clock.wall();
  Rest rest = stalled(reason_of(why.kind), "what an earlier life of the object left cannot be read: " + why.message);
  rest.observed = false;
  const auto written = co_await recorder.write(object, rested(object, rest, {}, std::nullopt, now));
  if (!written) co_return after(written.error());
  co_return until(now + recheck_delay(object.spec.interval, object.meta.uid));
}

Task<Engine::State::Acted> Engine::State::act(api::Deployment object, ObjectRun& run, CheckHealth decision) {
  const WallTime now = services.ports.clock.wall();
  const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
  const auto token = requests.reconcile ? std::optional(requests.reconcile->token) : std::nullopt;
  const auto written = co_await recorder.write(object, rested(object, decision.rest, requests, token, now));
  if (!written) co_return after(written.error());
  // With the digest that serves, the gate people read in the spec is the one that counts.
  std::optional<api::DeploymentSpec> gate;
  const api::HistoryEntry* serving = serving_entry(object.status);
  if (serving != nullptr && run.desired && run.desired->generation == object.meta.generation &&
      run.desired->digest == serving->digest)
    gate = object.spec;
  if (shutting_down) co_return Outcome{};
  run.check = std::make_unique<ActiveCheck>();
  run.check->ticket = ++last_ticket;
  run.check->task = tasks.spawn("look", look_at_serving(object, last_ticket, std::move(gate)));
  co_return std::nullopt;
}

Task<Engine::State::Acted> Engine::State::take_report(api::Deployment object, ObjectRun& run) {
  const WallTime now = services.ports.clock.wall();
  api::DeploymentStatus next = object.status;
  if (run.check->adoption) {
    const api::Requests requests = api::read_requests(object.meta.annotations, object.status.last_handled);
    next = adopted(object, *run.check->adoption, requests, now);
  } else if (object.status.revision > 0) {
    next = checked(object, *run.check->report, now);
  }
  const bool failed_to_look = !run.check->adoption && object.status.last_revision == 0;
  const auto written = co_await recorder.write(object, std::move(next));
  if (!written) co_return after(written.error());
  run.check.reset();
  run.checked_at = now;
  if (failed_to_look) co_return Outcome{.requeue_after = kLookAgain};
  run.looked_back = true;
  co_return std::nullopt;
}

/// Done: as declared. Only steps without effect are run.
Task<Result<void>> Engine::State::verify(executors::Inputs inputs, bool drift, std::string id) {
  const executors::Executor* executor = services.ports.executors.find(inputs.spec.type);
  if (executor == nullptr) co_return fail(ErrorKind::Invalid, "no executor of this type is built in");
  const auto procedure = executor->verify(std::move(inputs), drift);
  std::optional<executors::StepResult> previous;
  for (;;) {
    executors::Next next = procedure->next(previous ? &*previous : nullptr);
    previous.reset();
    if (auto* step = std::get_if<executors::Step>(&next)) {
      process::RunContext context{
          .operation = id, .directory = services.options.work_dir / id, .timeout = step->timeout, .on_line = {}};
      previous = co_await perform(std::move(*step), std::move(context));
      if (previous->process.exit.kind == process::Exit::Kind::Cancelled)
        throw boost::system::system_error(asio::error::operation_aborted);
    } else if (const auto* pause = std::get_if<executors::Pause>(&next)) {
      co_await services.ports.clock.sleep_for(pause->length);
    } else if (const auto* failed = std::get_if<executors::Failed>(&next)) {
      co_return failed->error;
    } else {
      co_return Result<void>();
    }
  }
}

Task<CheckReport> Engine::State::report_on(api::Deployment object, history::Snapshot snapshot, std::int64_t revision,
                                           api::DeploymentSpec gate, std::string id, bool adopting) {
  auto values =
      co_await values_of(services, services.ports.references, object.meta.key, snapshot, sources::Missing::Fail);
  if (!values) co_return cannot_tell(values.error());
  auto inputs = co_await assemble_inputs(services, services.ports.references, object, snapshot, std::move(*values), id);
  if (!inputs) co_return cannot_tell(inputs.error());
  inputs->revision = revision;
  inputs->at_rest = true;
  inputs->inventory = snapshot.remembered.inventory;
  const auto runs_well = co_await verify(*inputs, false, id);
  if (!runs_well && runs_well.error().kind != ErrorKind::HealthCheckFailed) co_return cannot_tell(runs_well.error());
  CheckReport report;
  report.healthy = runs_well ? api::ConditionStatus::True : api::ConditionStatus::False;
  report.message = runs_well ? "runs as deployed" : runs_well.error().message;
  if (adopting) co_return report;
  auto env = inputs->env;
  env.insert(inputs->variables.begin(), inputs->variables.end());
  auto checks = co_await prepare_checks(services, object.meta.key, "post", gate.health.post, std::move(env));
  if (!checks) co_return cannot_tell(checks.error());
  const auto outputs = co_await kept_outputs(object);
  if (!outputs) co_return cannot_tell(outputs.error());
  checks = health::fill_in_outputs(std::move(*checks), *outputs);
  if (!checks) {
    report.healthy = api::ConditionStatus::False;
    report.message = checks.error().message;
    co_return report;
  }
  const auto outcomes =
      co_await health::run_checks(health_services(), std::move(*checks), gate.health.require,
                                  {.seed = object.meta.uid, .operation = id, .directory = inputs->work_dir});
  for (const health::CheckOutcome& outcome : outcomes) {
    services.ports.measurements.health_check_finished(outcome.type, outcome.passed ? "passed" : "failed", outcome.took);
    report.checks.push_back({.name = outcome.name,
                             .state = !outcome.finished ? "Unknown"
                                      : outcome.passed  ? "Healthy"
                                                        : "Unhealthy",
                             .since = {},
                             .message = outcome.message});
  }
  if (!health::all_in_all_passed(outcomes, gate.health.require)) {
    report.healthy = api::ConditionStatus::False;
    report.message = health::describe(outcomes, gate.health.require);
  }
  services.ports.measurements.health_check_finished("builtin", runs_well ? "passed" : "failed", Duration::zero());
  if (api::drift_of(object.spec) == api::Drift::Ignore) co_return report;
  const auto as_declared = co_await verify(std::move(*inputs), true, id);
  if (as_declared || as_declared.error().kind == ErrorKind::HealthCheckFailed) report.drifted = !as_declared;
  report.drift_message = as_declared ? "as declared" : as_declared.error().message;
  co_return report;
}

Task<void> Engine::State::look_at_serving(api::Deployment object, std::uint64_t ticket,
                                          std::optional<api::DeploymentSpec> gate) {
  const std::string id = make_ulid(services.ports.clock.wall(), random_bytes(10));
  CheckReport report;
  std::exception_ptr thrown;
  try {
    auto snapshot = co_await load(object, object.status.revision);
    if (!snapshot) {
      report = cannot_tell(snapshot.error());
    } else {
      const api::DeploymentSpec rules = gate ? *gate : snapshot->spec;
      report = co_await report_on(object, *snapshot, object.status.revision, rules, id, false);
    }
  } catch (...) {  // told below
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state();  // in a cancelled state the next co_await would throw
  co_await clear_away(object.meta.key, id);
  if (thrown) report = after_throw(object.meta.key, thrown);
  leave_report(object.meta.key, ticket, std::move(report), std::nullopt);
}

/// Nothing: it cannot be told now.
Task<std::optional<Adoption>> Engine::State::adoption_of_kept(api::Deployment object, std::int64_t newest,
                                                              std::string id) {
  // First, for what is looked at may say the sensitive ones.
  auto outputs = co_await found_outputs(object);
  if (!outputs) co_return std::nullopt;
  const auto snapshot = co_await load(object, newest);
  Adoption adoption;
  if (snapshot) {
    const CheckReport report = co_await report_on(object, *snapshot, newest, snapshot->spec, id, true);
    if (report.healthy == api::ConditionStatus::Unknown) co_return std::nullopt;
    const bool serves = report.healthy == api::ConditionStatus::True;
    adoption = adoption_of(*snapshot, newest, serves, services.ports.clock.wall());
  } else if (snapshot.error().kind == ErrorKind::Invalid || snapshot.error().kind == ErrorKind::NotFound) {
    adoption = adoption_of(newest, services.ports.clock.wall());
  } else {
    co_return std::nullopt;
  }
  adoption.outputs = std::move(*outputs);
  co_return adoption;
}

Task<void> Engine::State::look_at_kept(api::Deployment object, std::uint64_t ticket, std::int64_t newest) {
  const std::string id = make_ulid(services.ports.clock.wall(), random_bytes(10));
  CheckReport report;
  std::optional<Adoption> adoption;
  std::exception_ptr thrown;
  try {
    adoption = co_await adoption_of_kept(object, newest, id);
  } catch (...) {  // told below
    thrown = std::current_exception();
  }
  co_await asio::this_coro::reset_cancellation_state();  // in a cancelled state the next co_await would throw
  co_await clear_away(object.meta.key, id);
  if (thrown) report = after_throw(object.meta.key, thrown);
  leave_report(object.meta.key, ticket, std::move(report), std::move(adoption));
}

/// A look that was told to stop is waited for by nobody; in any other case the next pass tells what was thrown.
CheckReport Engine::State::after_throw(const ObjectKey& key, const std::exception_ptr& thrown) {
  const auto error = escaped(thrown);
  if (!error) return cannot_tell(fail(ErrorKind::Cancelled, "stopped"));
  keep_thrown(key, thrown);
  return cannot_tell(*error);
}

Task<void> Engine::State::clear_away(ObjectKey key, std::string id) {
  if (const auto removed = co_await services.workspaces.remove(std::move(id)); !removed)
    services.ports.log.about(LogLevel::Warning, key, "Failed to remove a work directory",
                             {{"error", Json(removed.error().message)}});
}

void Engine::State::leave_report(const ObjectKey& key, std::uint64_t ticket, CheckReport report,
                                 std::optional<Adoption> adoption) {
  const auto found = runs.find(key);
  if (found == runs.end() || !found->second.check || found->second.check->ticket != ticket) return;
  found->second.check->report = std::move(report);
  found->second.check->adoption = std::move(adoption);
  services.ports.requeue(key);
}

}  // namespace deployctl::engine
