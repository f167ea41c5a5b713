// Tasks: one step, one round of checks, or one wait of an operation. Each leaves how it ended in runs[key] and asks for
// the key; nothing else happens here.

#include <boost/system/system_error.hpp>
#include <utility>

#include <boost/asio/error.hpp>

#include "engine/engine_state.hpp"
#include "health/run_checks.hpp"

namespace deployctl::engine {

namespace {

bool is_abort(const boost::system::system_error& error) { return error.code() == asio::error::operation_aborted; }

std::string_view word_for(const executors::StepResult& result) {
  if (result.ok()) return "succeeded";
  if (result.process.exit.kind == process::Exit::Kind::TimedOut) return "timed_out";
  if (result.process.exit.kind == process::Exit::Kind::Cancelled) return "cancelled";
  return "failed";
}

}  // namespace

health::Services Engine::State::health_services() {
  return {.executor = services.executor,
          .clock = services.ports.clock,
          .http = services.ports.http,
          .tcp = services.ports.tcp,
          .processes = services.ports.processes,
          .command_slots = services.command_slots};
}

void Engine::State::spawn_step(const ObjectKey& key, ActiveOperation& operation, executors::Step step) {
  operation.busy = true;
  operation.ticket = ++last_ticket;
  process::RunContext context{.operation = operation.journal.id,
                              .directory = services.options.work_dir / operation.journal.id,
                              .timeout = step.timeout,
                              .on_line = {}};
  const std::string name = "step " + step.name;
  operation.task = tasks.spawn(
      name, run_step(key, operation.ticket, operation.snapshot.spec.type, std::move(step), std::move(context)));
}

void Engine::State::spawn_checks(const api::Deployment& object, ActiveOperation& operation, bool pre) {
  operation.busy = true;
  operation.ticket = ++last_ticket;
  health::RunScope scope{.seed = object.meta.uid,
                         .operation = operation.journal.id,
                         .directory = services.options.work_dir / operation.journal.id};
  // The gate counts its checks by `require`; before anything is touched, all have to pass.
  const api::Require require = pre ? api::Require{} : operation.snapshot.spec.health.require;
  operation.task =
      tasks.spawn("checks", run_gate(object.meta.key, operation.ticket,
                                     pre ? operation.pre_checks : operation.post_checks, require, std::move(scope)));
}

void Engine::State::spawn_sleep(const ObjectKey& key, ActiveOperation& operation, Duration length) {
  operation.busy = true;
  operation.ticket = ++last_ticket;
  operation.task = tasks.spawn("pause", run_sleep(key, operation.ticket, length));
}

Task<executors::StepResult> Engine::State::perform(executors::Step step, process::RunContext context) {
  executors::StepResult result;
  if (auto* command = std::get_if<process::Command>(&step.work)) {
    result.process = co_await services.ports.processes.run(std::move(*command), std::move(context));
    co_return result;
  }
  auto request = std::get<ports::HttpRequest>(std::move(step.work));
  auto answer = co_await services.ports.http.send(std::move(request));
  if (!answer && answer.error().kind == ErrorKind::TimedOut) result.process.exit.kind = process::Exit::Kind::TimedOut;
  result.http = std::move(answer);
  co_return result;
}

Task<void> Engine::State::run_step(ObjectKey key, std::uint64_t ticket, api::Type type, executors::Step step,
                                   process::RunContext context) {
  const std::string name = step.name;
  const SteadyTime began = services.ports.clock.steady();
  services.ports.measurements.step_started(type);
  executors::StepResult result{.process = {.exit = {process::Exit::Kind::Cancelled, 0, {}}}, .http = {}};
  std::exception_ptr aborted;
  try {
    result = co_await perform(std::move(step), std::move(context));
  } catch (const boost::system::system_error& error) {
    if (!is_abort(error)) throw;
    aborted = std::current_exception();
  }
  const Duration took = std::chrono::duration_cast<Duration>(services.ports.clock.steady() - began);
  services.ports.measurements.step_finished(type, name, word_for(result), took);
  leave(key, ticket, std::move(result));
  if (aborted) std::rethrow_exception(aborted);
}

Task<void> Engine::State::run_gate(ObjectKey key, std::uint64_t ticket, std::vector<health::Check> checks,
                                   api::Require require, health::RunScope scope) {
  ChecksFinished finished{.passed = false, .message = "stopped"};
  std::exception_ptr aborted;
  try {
    const auto outcomes = co_await health::run_checks(health_services(), std::move(checks), require, std::move(scope));
    finished = {.passed = health::all_in_all_passed(outcomes, require), .message = health::describe(outcomes, require)};
    const auto found = runs.find(key);
    const bool ours = found != runs.end() && found->second.operation && found->second.operation->ticket == ticket;
    if (ours) found->second.operation->gate.clear();
    for (const health::CheckOutcome& outcome : outcomes) {
      services.ports.measurements.health_check_finished(outcome.type, outcome.passed ? "passed" : "failed",
                                                        outcome.took);
      if (ours && outcome.finished)
        found->second.operation->gate.push_back({.name = outcome.name,
                                                 .state = outcome.passed ? "Healthy" : "Unhealthy",
                                                 .since = {},
                                                 .message = outcome.message});
    }
  } catch (const boost::system::system_error& error) {
    if (!is_abort(error)) throw;
    aborted = std::current_exception();
  }
  leave(key, ticket, std::move(finished));
  if (aborted) std::rethrow_exception(aborted);
}

Task<void> Engine::State::run_sleep(ObjectKey key, std::uint64_t ticket, Duration length) {
  std::exception_ptr aborted;
  try {
    co_await services.ports.clock.sleep_for(length);
  } catch (const boost::system::system_error& error) {
    if (!is_abort(error)) throw;
    aborted = std::current_exception();
  }
  leave(key, ticket, Slept{});
  if (aborted) std::rethrow_exception(aborted);
}

void Engine::State::leave(const ObjectKey& key, std::uint64_t ticket, Finished finished) {
  const auto found = runs.find(key);
  if (found == runs.end() || !found->second.operation || found->second.operation->ticket != ticket) return;
  found->second.operation->finished = std::move(finished);
  found->second.operation->busy = false;
  services.ports.requeue(key);
}

}  // namespace deployctl::engine
