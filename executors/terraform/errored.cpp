#include "terraform/errored.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "base/strict_json.hpp"
#include "process/exit_status.hpp"
#include "terraform/diagnostics.hpp"
#include "terraform/errored_steps.hpp"
#include "terraform/lock.hpp"
#include "terraform/plan.hpp"

namespace deployctl::terraform {
namespace {

using executors::Done;
using executors::Failed;
using executors::Inputs;
using executors::Next;
using executors::Pause;
using executors::Script;
using executors::StepResult;

constexpr const char* kNotReleased = "Error releasing the state lock";
constexpr std::array<std::string_view, 4> kOfTheState = {"Failed to save state", "Failed to persist state to backend",
                                                         "Failed to persist state", kNotReleased};

constexpr std::array<Duration, 2> kWaits = {std::chrono::seconds(2), std::chrono::seconds(10)};

bool has_error(const StepResult& applied, std::string_view summary) {
  return std::ranges::any_of(read_errors(applied.process),
                             [&](const Diagnostic& error) { return error.summary == summary; });
}

std::string text(const Json& value, const char* pointer) {
  const Json::json_pointer path(pointer);
  return value.contains(path) && value.at(path).is_string() ? value.at(path).get<std::string>() : std::string();
}

Json part_of(const Json& state, const char* name) { return state.contains(name) ? state.at(name) : Json(); }

/// Who may not read or remove it could not have made it.
bool has_no_access(const StepResult& result) {
  return result.process.exit.kind == process::Exit::Kind::CouldNotStart ||
         result.process.err.find("forbidden") != std::string::npos;
}

std::string what_to_do(const Bench& bench, const std::string& where) {
  return "what was built is not in the state, because its backend did not take it: the state is kept in " + where +
         "; when the backend works again annotate deployctl.io/force-at, and it is written there before anything else "
         "is done (or by hand: " +
         std::string(program(bench.tool)) + " state push); until then nothing is tried again or rolled back; ";
}

/// Into the Secret; where that cannot be, the file stays, and is put aside when the operation's directory goes.
Script keep_state(Inputs in, std::string* where) {
  *where = path_aside(in) + " on the controller's disk";
  const StepResult read = co_await read_left_state(in);
  if (!read.ok() || read.process.out_overflow || read.process.out.size() > kMostSecretBytes) co_return Done{};
  const StepResult kept = co_await keep_in_secret(in, read.process.out);
  if (!kept.ok()) co_return Done{};
  const std::string secret = errored_secret(in);
  *where = "Secret \"" + secret + "\" (kubectl --namespace=" + in.key.ns + " get secret " + secret +
           " --output=jsonpath='{.data.tfstate}' | base64 -d)";
  co_await remove_left_state(in);
  co_return Done{};
}

/// Of an earlier operation; empty: there is none.
Script find_state(Inputs in, std::string* state) {
  const StepResult aside = co_await read_aside(in);
  if (aside.ok()) {
    *state = aside.process.out;
    co_return Done{};
  }
  const StepResult secret = co_await find_secret(in);
  if (secret.ok()) *state = state_in(secret.process.out, in);
  if (secret.ok() || has_no_access(secret) || in.kubeconfig.empty()) co_return Done{};
  Error error = process::failure("look for a state that was not written", secret.process);
  if (error.kind == ErrorKind::StepFailed) error.kind = ErrorKind::Transient;
  co_return Failed{std::move(error)};
}

}  // namespace

bool leaves_state(const StepResult& applied) {
  return std::ranges::any_of(read_errors(applied.process), [](const Diagnostic& error) {
    return error.detail.find(kLeftStateFile) != std::string::npos;
  });
}

bool failed_for_state_alone(const StepResult& applied) {
  return std::ranges::all_of(read_errors(applied.process), [](const Diagnostic& error) {
    return std::ranges::find(kOfTheState, error.summary) != kOfTheState.end();
  });
}

bool knows_the_same(std::string_view state, std::string_view other) {
  const JsonLimits limits = {.max_bytes = kMaxPlanBytes, .max_depth = 200, .max_nodes = 8'000'000};
  const auto one = parse_json(state, limits);
  const auto two = parse_json(other, limits);
  if (!one || !two || !one->is_object() || !two->is_object()) return false;
  return part_of(*one, "resources") == part_of(*two, "resources") &&
         part_of(*one, "outputs") == part_of(*two, "outputs");
}

std::string state_in(std::string_view secret, const Inputs& inputs) {
  const auto value = parse_json(secret);
  if (!value || !value->is_object()) return {};
  const auto owner = value->find("metadata");
  if (owner == value->end() || !owner->is_object() || !owner->contains("labels")) return {};
  const Json& labels = owner->at("labels");
  const std::string key(api::labels::kInstallation);
  if (!labels.is_object() || !labels.contains(key) || labels.at(key) != Json(inputs.installation)) return {};
  auto state = base64_decode(text(*value, "/data/tfstate"));
  return state ? std::move(*state) : std::string();
}

Script write_left_state(Inputs in, Bench bench, StepResult applied, Error error) {
  // The lock that the apply could not release is still ours, and would keep us out.
  if (has_error(applied, kNotReleased)) bench.lock = false;
  StepResult pushed = co_await push_left_state(in, bench);
  for (const Duration wait : kWaits) {
    if (pushed.ok()) break;
    co_await Pause{wait, "the state could not be written"};
    pushed = co_await push_left_state(in, bench);
  }
  if (pushed.ok()) {
    const StepResult removed = co_await remove_left_state(in);
    if (removed.ok()) co_return Done{};
    co_return Failed{process::failure("remove the file of a state that is written", removed.process)};
  }
  std::string where;
  co_await keep_state(in, &where);
  // Neither tried again nor rolled back nor cleared away.
  error.kind = ErrorKind::Invalid;
  error.message = what_to_do(bench, where) + error.message + "; " +
                  error_of("write the state once more", pushed, Stage::During).message;
  co_return Failed{std::move(error)};
}

bool may_have_left_state(const Inputs& in) {
  const bool begun = in.previous_revision == 0 && in.revision > 1;
  return begun || in.rollback || in.force_rebuild || in.dead_attempt.has_value();
}

Script take_up_state(Inputs in, Bench bench) {
  std::string state;
  Next found = co_await find_state(in, &state);
  if (std::holds_alternative<Failed>(found)) co_return found;
  if (state.empty()) co_return Done{};
  const StepResult pushed = co_await push_kept_state(in, bench, state);
  if (!pushed.ok()) {
    if (const auto lock = read_lock(pushed)) co_return Failed{locked_error(*lock, in, bench.tool, bench.backend)};
    const StepResult there = co_await pull_state(in, bench);
    if (!there.ok() || !knows_the_same(there.process.out, state)) {
      Error error = error_of("write the state that an earlier operation could not write", pushed, Stage::Before);
      error.message += "; nothing is done before it is written: it is kept in " + path_aside(in) + " or Secret \"" +
                       errored_secret(in) + "\", to be removed only by somebody who knows that it is not needed";
      co_return Failed{std::move(error)};
    }
  }
  const StepResult file = co_await remove_aside(in);
  if (!file.ok()) co_return Failed{process::failure("remove a state that is written from our disk", file.process)};
  const StepResult secret = co_await remove_secret(in);
  if (!secret.ok() && !has_no_access(secret))
    co_return Failed{process::failure("remove the Secret of a state that is written", secret.process)};
  co_return Done{};
}

}  // namespace deployctl::terraform
