#include "support/fake_executor.hpp"

#include <algorithm>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <fstream>
#include <stdexcept>
#include <utility>

#include "base/sha256.hpp"

namespace deployctl::support {

namespace {

using executors::Effect;
using executors::Step;
using executors::StepResult;
using process::Exit;

Error error_of(const Step& step, const Exit& exit, ErrorKind said_no) {
  switch (exit.kind) {
    case Exit::Kind::TimedOut:
      return fail(ErrorKind::StepTimedOut, "step " + step.name + " took longer than its limit");
    case Exit::Kind::Cancelled: return fail(ErrorKind::Cancelled, "step " + step.name + " was stopped");
    case Exit::Kind::CouldNotStart: return fail(ErrorKind::ExecutorUnavailable, "fake: " + exit.detail);
    case Exit::Kind::Signalled: return fail(ErrorKind::StepFailed, "step " + step.name + " died");
    case Exit::Kind::Exited: break;
  }
  if (exit.code == 3) return fail(ErrorKind::Invalid, "step " + step.name + ": syntax error");
  if (exit.code == 4) return fail(ErrorKind::StateLocked, "lock L1 is held by ann@laptop since 2026-01-01T00:00:00Z");
  return fail(said_no, "step " + step.name + ": exit code " + std::to_string(exit.code));
}

/// Steps in a row; the first that fails ends it.
class StepsInARow final : public executors::Procedure {
 public:
  StepsInARow(std::vector<Step> steps, executors::Done done, ErrorKind said_no = ErrorKind::StepFailed)
      : steps_(std::move(steps)), done_(std::move(done)), said_no_(said_no) {}

  executors::Next next(const StepResult* previous) override {
    if (previous != nullptr) {
      if (!previous->ok()) return executors::Failed{error_of(steps_.at(at_), previous->process.exit, said_no_)};
      ++at_;
    }
    if (at_ < steps_.size()) return steps_.at(at_);
    return done_;
  }
  [[nodiscard]] executors::Remembered remembered() const override {
    return {.pins = Json{{"image", "sha256:1"}}, .inventory = Json::array()};
  }

 private:
  std::vector<Step> steps_;
  executors::Done done_;
  ErrorKind said_no_;
  std::size_t at_ = 0;
};

/// Plans, asks when that has to be approved and was not, and goes on.
class PlanFirst final : public executors::Procedure {
 public:
  PlanFirst(const FakeExecutor& owner, executors::Inputs inputs, std::vector<Step> steps)
      : owner_(owner), inputs_(std::move(inputs)), steps_(std::move(steps)) {}

  executors::Next next(const StepResult* previous) override {
    if (previous != nullptr && !previous->ok()) {
      if (owner_.stale && inputs_.approved && at_ == 1) return asks();
      return executors::Failed{error_of(steps_.at(at_), previous->process.exit, ErrorKind::StepFailed)};
    }
    if (previous != nullptr) ++at_;
    const bool known = inputs_.approved && inputs_.approved->digest == owner_.plan_digest(inputs_);
    if (at_ == 1 && inputs_.approval_required && !known) return asks();
    if (at_ < steps_.size()) return steps_.at(at_);
    return executors::Done{.message = inputs_.key.name + " runs " + inputs_.spec.version};
  }
  [[nodiscard]] executors::Remembered remembered() const override {
    return {.pins = Json{{"creates", "thing.web"}}, .inventory = Json::array()};
  }

 private:
  [[nodiscard]] executors::Next asks() const {
    return executors::NeedsApproval{{.digest = owner_.plan_digest(inputs_),
                                     .add = 1,
                                     .change = 0,
                                     .destroy = 2,
                                     .summary = "add thing.web, version " + inputs_.spec.version,
                                     .file = "plan.bin"}};
  }

  const FakeExecutor& owner_;
  executors::Inputs inputs_;
  std::vector<Step> steps_;
  std::size_t at_ = 0;
};

}  // namespace

Task<process::ProcessResult> FakeWorld::run(process::Command command, process::RunContext context) {
  const std::string& verb = command.argv.at(1);
  const std::string& name = command.argv.at(2);
  const std::string& version = command.argv.at(3);
  if (before_action && !before_action()) co_return process::ProcessResult{.exit = {Exit::Kind::Cancelled, 0, {}}};
  lines.push_back(verb + " " + name + " " + version);
  told[verb] = command.env;
  if (const auto place = command.env.find("WORK_DIR"); place != command.env.end() && place->second != context.directory)
    misplaced.push_back(lines.back());
  if (throwing.contains(verb)) throw std::runtime_error("the runner is broken");
  if (hanging.contains(verb)) {
    ++hang_count;
    boost::system::error_code ignored;
    asio::steady_timer never(co_await asio::this_coro::executor, asio::steady_timer::time_point::max());
    held_.insert(&never);
    co_await never.async_wait(asio::redirect_error(asio::use_awaitable, ignored));
    held_.erase(&never);
    --hang_count;
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
      co_return process::ProcessResult{
          .exit = {.kind = Exit::Kind::Cancelled, .detail = {}, .killed = stubborn.contains(verb)}};
  }
  for (const std::string& which : {verb, verb + " " + version})
    if (const auto end = ends.find(which); end != ends.end())
      co_return process::ProcessResult{.exit = end->second,
                                       .out = writes.contains(verb) ? writes.at(verb) : "",
                                       .err = says.contains(verb) ? says.at(verb) : ""};
  if (verb == "prepare" && !plan.empty()) std::ofstream(context.directory + "/plan.bin") << plan;
  int code = 0;
  if (verb == "stop" || verb == "destroy") running.erase(name);
  if (verb == "start") running[name] = version;
  if (verb == "verify" || verb == "drift")
    code = running.contains(name) && running.at(name) == version && !sick.contains(version) ? 0 : 1;
  co_return process::ProcessResult{.exit = {Exit::Kind::Exited, code, {}}};
}

void FakeWorld::release() {
  hanging.clear();
  for (asio::steady_timer* each : held_) each->cancel();
}

std::size_t FakeWorld::count(const std::string& words) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(lines, [&](const std::string& line) { return line.starts_with(words); }));
}

std::size_t FakeWorld::effects() const {
  return count("stop ") + count("start ") + count("settle ") + count("destroy ");
}

Result<void> FakeExecutor::validate(const api::DeploymentSpec& /*spec*/) const { return {}; }

api::Target FakeExecutor::target(const ObjectKey& key, const api::DeploymentSpec& /*spec*/,
                                 const std::string& /*cluster_id*/) const {
  return {.host = host, .ns = {}, .project = key.str(), .workspace = {}};
}

namespace {

std::map<std::string, std::string> environment_of(const executors::Inputs& inputs) {
  std::map<std::string, std::string> env = inputs.variables;
  env.insert(inputs.env.begin(), inputs.env.end());
  env["WORK_DIR"] = inputs.work_dir;
  env["REGISTRY"] = inputs.registry_config;
  env["SSH_KEY"] = inputs.ssh_private_key;
  env["VAULT"] = inputs.vault_password;
  return env;
}

}  // namespace

Step FakeExecutor::step(const executors::Inputs& inputs, const std::string& verb, Effect effect) const {
  process::Command command{.argv = {"fake", verb, inputs.key.name, inputs.spec.version},
                           .env = environment_of(inputs),
                           .cwd = {},
                           .files = {}};
  if (whole.contains(verb)) command.stdout_capture.kind = process::Capture::Kind::Whole;
  return {.name = verb, .work = std::move(command), .timeout = step_timeout, .effect = effect};
}

std::unique_ptr<executors::Procedure> FakeExecutor::deploy(executors::Inputs inputs) const {
  std::vector<Step> steps{step(inputs, "prepare", Effect::None), step(inputs, "stop", Effect::Repeatable),
                          step(inputs, "start", start_effect)};
  deployed.push_back(inputs);
  if (plans) return std::make_unique<PlanFirst>(*this, std::move(inputs), std::move(steps));
  return std::make_unique<StepsInARow>(
      std::move(steps),
      executors::Done{.message = inputs.key.name + " runs " + inputs.spec.version, .outputs = outputs});
}

std::string FakeExecutor::plan_digest(const executors::Inputs& inputs) const {
  return sha256_hex(inputs.digest + found);
}

std::unique_ptr<executors::Procedure> FakeExecutor::settle(executors::Inputs inputs) const {
  if (!settles) return nullptr;
  return std::make_unique<StepsInARow>(std::vector<Step>{step(inputs, "settle", Effect::Repeatable)},
                                       executors::Done{.message = "settled"});
}

std::unique_ptr<executors::Procedure> FakeExecutor::verify(executors::Inputs inputs, bool drift) const {
  verified.push_back(inputs);
  return std::make_unique<StepsInARow>(std::vector<Step>{step(inputs, drift ? "drift" : "verify", Effect::None)},
                                       executors::Done{.message = "as declared"}, ErrorKind::HealthCheckFailed);
}

std::unique_ptr<executors::Procedure> FakeExecutor::destroy(executors::Inputs inputs) const {
  destroyed.push_back(inputs);
  return std::make_unique<StepsInARow>(std::vector<Step>{step(inputs, "destroy", Effect::Repeatable)},
                                       executors::Done{.message = "removed"});
}

executors::Recovery FakeExecutor::after_interruption(const api::Operation& /*open*/) const { return recovery; }
std::vector<std::string> FakeExecutor::tools(const api::DeploymentSpec& /*spec*/) const { return {"fake"}; }

}  // namespace deployctl::support
