// Tasks: one step, one round of checks, or one wait of an operation. Each leaves how it ended in runs[key] and asks for
// the key; nothing else happens here. A task that is cancelled, even before its first line, leaves what its Leaver
// says.

#include <utility>

#include "base/text.hpp"
#include "engine/engine_state.hpp"
#include "engine/failures.hpp"
#include "health/outputs.hpp"
#include "health/run_checks.hpp"

namespace deployctl::engine {

namespace {

executors::StepResult cancelled_step() {
  return {.process = {.exit = {process::Exit::Kind::Cancelled, 0, {}}}, .http = {}};
}

std::string_view word_for(const executors::StepResult& result) {
  if (result.ok()) return "succeeded";
  if (result.process.exit.kind == process::Exit::Kind::TimedOut) return "timed_out";
  if (result.process.exit.kind == process::Exit::Kind::Cancelled) return "cancelled";
  return "failed";
}

}  // namespace

/// The rest of what does not fit into a condition.
void Engine::State::log_failed_step(const ObjectKey& key, api::Type type, const std::string& step,
                                    const executors::StepResult& result, bool shows_out) const {
  constexpr std::size_t kShown = 4096;
  const bool has_errors = !result.process.err.empty() || !shows_out;
  // A cut inside a secret would show the rest of it.
  const std::string said = services.ports.secrets.redact(has_errors ? result.process.err : result.process.out);
  const std::size_t from = said.size() > kShown ? said.size() - kShown : 0;
  services.ports.log.about(LogLevel::Warning, key, "Failed a step",
                           {{"executor", Json(std::string(api::to_string(type)))},
                            {"step", Json(step)},
                            {"result", Json(std::string(word_for(result)))},
                            {"output", Json(valid_utf8(said.substr(from)))}});
}

health::Services Engine::State::health_services() {
  return {.executor = services.executor,
          .clock = services.ports.clock,
          .http = services.ports.http,
          .tcp = services.ports.tcp,
          .processes = services.ports.processes,
          .command_slots = services.command_slots};
}

/// Lives in a task's frame: leaves the end of the task when the frame goes, whatever ended it.
class Engine::State::Leaver {
 public:
  Leaver(State& state, ObjectKey key, std::uint64_t ticket, Finished if_cancelled)
      : state_(state.self), key_(std::move(key)), ticket_(ticket), finished_(std::move(if_cancelled)) {}
  Leaver(Leaver&& other) noexcept
      : state_(std::exchange(other.state_, {})),
        key_(std::move(other.key_)),
        ticket_(other.ticket_),
        finished_(std::move(other.finished_)) {}
  Leaver& operator=(Leaver&&) = delete;
  ~Leaver() {
    // The engine may be gone: frames of tasks nobody waited for are destroyed with the loop.
    if (const auto state = state_.lock()) (*state)->leave(key_, ticket_, std::move(finished_));
  }

  void left(Finished finished) { finished_ = std::move(finished); }
  [[nodiscard]] const ObjectKey& key() const { return key_; }

 private:
  std::weak_ptr<State*> state_;
  ObjectKey key_;
  std::uint64_t ticket_;
  Finished finished_;
};

void Engine::State::spawn_step(const ObjectKey& key, ActiveOperation& operation, executors::Step step) {
  operation.busy = true;
  operation.ticket = ++last_ticket;
  operation.step = {.name = step.name, .effect = step.effect, .began = services.ports.clock.wall()};
  process::RunContext context{.operation = operation.journal.id,
                              .directory = services.options.work_dir / operation.journal.id,
                              .timeout = step.timeout,
                              .on_line = {}};
  const std::string name = "step " + step.name;
  operation.task = tasks.spawn(name, run_step(Leaver(*this, key, operation.ticket, cancelled_step()),
                                              operation.snapshot.spec.type, std::move(step), std::move(context)));
}

void Engine::State::spawn_checks(const api::Deployment& object, ActiveOperation& operation, bool pre) {
  auto checks = health::fill_in_outputs(pre ? operation.pre_checks : operation.post_checks, outputs_of(operation));
  if (!checks) {
    operation.finished = ChecksFinished{.passed = false, .message = checks.error().message, .checks = {}};
    return;
  }
  operation.busy = true;
  operation.ticket = ++last_ticket;
  operation.step.effect = executors::Effect::None;
  health::RunScope scope{.seed = object.meta.uid,
                         .operation = operation.journal.id,
                         .directory = services.options.work_dir / operation.journal.id};
  // The gate counts its checks by `require`; before anything is touched, all have to pass.
  const api::Require require = pre ? api::Require{} : operation.snapshot.spec.health.require;
  Leaver leaver(*this, object.meta.key, operation.ticket, ChecksFinished{.passed = false, .message = "stopped"});
  operation.task = tasks.spawn("checks", run_gate(std::move(leaver), std::move(*checks), require, std::move(scope)));
}

void Engine::State::spawn_sleep(const ObjectKey& key, ActiveOperation& operation, Duration length) {
  operation.busy = true;
  operation.ticket = ++last_ticket;
  operation.step.effect = executors::Effect::None;
  operation.task = tasks.spawn("pause", run_sleep(Leaver(*this, key, operation.ticket, Slept{}), length));
}

Task<executors::StepResult> Engine::State::perform(executors::Step step, process::RunContext context) {
  executors::StepResult result;
  if (auto* command = std::get_if<process::Command>(&step.work)) {
    result.also_good = command->also_good;
    result.process = co_await services.ports.processes.run(std::move(*command), std::move(context));
    co_return result;
  }
  auto request = std::get<ports::HttpRequest>(std::move(step.work));
  auto answer = co_await services.ports.http.send(std::move(request));
  if (!answer && answer.error().kind == ErrorKind::TimedOut) result.process.exit.kind = process::Exit::Kind::TimedOut;
  result.http = std::move(answer);
  co_return result;
}

Task<void> Engine::State::run_step(Leaver leaver, api::Type type, executors::Step step, process::RunContext context) {
  const std::string name = step.name;
  // What is captured whole is data, a plan or a state perhaps, with secrets that nobody has named: nothing for the log.
  const auto* command = std::get_if<process::Command>(&step.work);
  const bool is_data = command != nullptr && command->stdout_capture.kind == process::Capture::Kind::Whole;
  const SteadyTime began = services.ports.clock.steady();
  services.ports.measurements.step_started(type);
  executors::StepResult result = cancelled_step();
  std::exception_ptr thrown;
  try {
    result = co_await perform(std::move(step), std::move(context));
  } catch (...) {  // told below
    thrown = std::current_exception();
  }
  const bool aborted = thrown && !escaped(thrown);
  if (thrown && !aborted) {
    result.process.exit = {process::Exit::Kind::CouldNotStart, 0, escaped(thrown)->message};
    keep_thrown(leaver.key(), thrown);
  }
  const Duration took = std::chrono::duration_cast<Duration>(services.ports.clock.steady() - began);
  services.ports.measurements.step_finished(type, name, word_for(result), took);
  if (!result.ok() && !aborted) log_failed_step(leaver.key(), type, name, result, !is_data);
  if (aborted) std::rethrow_exception(thrown);
  leaver.left(std::move(result));
}

void Engine::State::keep_thrown(const ObjectKey& key, std::exception_ptr thrown) {
  if (const auto found = runs.find(key); found != runs.end()) found->second.thrown = std::move(thrown);
}

Task<void> Engine::State::run_gate(Leaver leaver, std::vector<health::Check> checks, api::Require require,
                                   health::RunScope scope) {
  std::vector<health::CheckOutcome> outcomes;
  std::exception_ptr thrown;
  try {
    outcomes = co_await health::run_checks(health_services(), std::move(checks), require, std::move(scope));
  } catch (...) {  // told below
    thrown = std::current_exception();
  }
  if (thrown) {
    const auto error = escaped(thrown);
    if (!error) std::rethrow_exception(thrown);
    keep_thrown(leaver.key(), thrown);
    leaver.left(ChecksFinished{.passed = false, .message = error->message});
    co_return;
  }
  std::vector<api::CheckStatus> gate;
  for (const health::CheckOutcome& outcome : outcomes) {
    services.ports.measurements.health_check_finished(outcome.type, outcome.passed ? "passed" : "failed", outcome.took);
    if (outcome.finished)
      gate.push_back({.name = outcome.name,
                      .state = outcome.passed ? "Healthy" : "Unhealthy",
                      .since = {},
                      .message = outcome.message});
  }
  leaver.left(ChecksFinished{.passed = health::all_in_all_passed(outcomes, require),
                             .message = health::describe(outcomes, require),
                             .checks = std::move(gate)});
}

Task<void> Engine::State::run_sleep(Leaver /*leaver*/, Duration length) {
  co_await services.ports.clock.sleep_for(length);
}

void Engine::State::leave(const ObjectKey& key, std::uint64_t ticket, Finished finished) {
  const auto found = runs.find(key);
  if (found == runs.end() || !found->second.operation || found->second.operation->ticket != ticket) return;
  ActiveOperation& operation = *found->second.operation;
  if (const auto* checks = std::get_if<ChecksFinished>(&finished)) operation.gate = checks->checks;
  if (const auto* step = std::get_if<executors::StepResult>(&finished); step != nullptr && step->process.exit.killed)
    operation.killed = KilledStep{.step = operation.step, .at = services.ports.clock.wall()};
  operation.finished = std::move(finished);
  operation.busy = false;
  services.ports.requeue(key);
}

}  // namespace deployctl::engine
