#include "engine/operation.hpp"

#include <algorithm>
#include <utility>

#include "engine/failures.hpp"

namespace deployctl::engine {

namespace {

/// `stableFor` is watched in pieces of this length.
constexpr Duration kStableSlice = std::chrono::seconds(10);

template <class T>
const T* as(const Finished* finished) {
  return finished == nullptr ? nullptr : std::get_if<T>(finished);
}

std::string last_words(std::string_view output) {
  while (!output.empty() && (output.back() == '\n' || output.back() == '\r')) output.remove_suffix(1);
  const std::size_t line = output.rfind('\n');
  if (line != std::string_view::npos) output.remove_prefix(line + 1);
  return output.empty() ? "" : ": " + std::string(output);
}

/// How a hook's step ended, with the last line it said.
std::optional<Error> failure_of(const PreparedHook& hook, std::string_view phase, const executors::StepResult& result) {
  using Kind = process::Exit::Kind;
  const std::string what = std::string(phase) + " " + hook.name;
  if (result.http) {
    if (!result.http->has_value()) {
      const Error& error = result.http->error();
      const ErrorKind kind = error.kind == ErrorKind::TimedOut    ? ErrorKind::StepTimedOut
                             : error.kind == ErrorKind::Transient ? ErrorKind::StepFailed
                                                                  : error.kind;
      return fail(kind, what + ": " + error.message);
    }
    const int status = (*result.http)->status;
    if (hook.expected_status && hook.expected_status->contains(status)) return std::nullopt;
    return fail(ErrorKind::StepFailed, what + ": status " + std::to_string(status));
  }
  const process::Exit& exit = result.process.exit;
  switch (exit.kind) {
    case Kind::Exited:
      if (exit.code == 0) return std::nullopt;
      return fail(ErrorKind::StepFailed,
                  what + ": exit code " + std::to_string(exit.code) + last_words(result.process.err));
    case Kind::Signalled: return fail(ErrorKind::StepFailed, what + ": ended by signal " + std::to_string(exit.code));
    case Kind::TimedOut: return fail(ErrorKind::StepTimedOut, what + ": took too long");
    case Kind::Cancelled: return fail(ErrorKind::Cancelled, what + ": stopped");
    case Kind::CouldNotStart: return fail(ErrorKind::StepFailed, what + ": could not start: " + exit.detail);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::LookFirst: return "look-first";
    case Phase::PreChecks: return "pre-checks";
    case Phase::Prepare: return "prepare";
    case Phase::Announce: return "announce";
    case Phase::RemoveOld: return "remove-old";
    case Phase::PreHooks: return "pre-hooks";
    case Phase::Effects: return "deploy";
    case Phase::Verify: return "verify";
    case Phase::PostChecks: return "post-checks";
    case Phase::Stable: return "stable";
    case Phase::PostHooks: return "post-hooks";
    case Phase::Settle: return "settle";
    case Phase::Cleanup: return "cleanup";
    case Phase::End: return "end";
  }
  return "end";
}

Operation::Operation(OperationPlan plan)
    : plan_(std::move(plan)),
      main_(std::make_unique<ProcedureRun>(std::move(plan_.main))),
      release_ran_(plan_.resumed),
      stable_left_(plan_.stable_for) {}

Action Operation::next(const Finished* previous) {
  for (;;) {
    if (phase_ == Phase::End) return end();
    const Finished* mine = std::exchange(previous, nullptr);
    if (auto action = of_phase(mine)) return std::move(*action);
  }
}

void Operation::stop(Error cause) {
  if (!stop_) stop_ = std::move(cause);
}

bool Operation::is_interruptible() const {
  switch (phase_) {
    case Phase::LookFirst:
    case Phase::PreChecks:
    case Phase::Prepare:
    case Phase::Verify:
    case Phase::PostChecks:
    case Phase::Stable: return true;
    default: return false;
  }
}

executors::Remembered Operation::remembered() const { return main_->remembered(); }

void Operation::take(executors::Done done) {
  done_ = std::move(done.message);
  caveat_ = std::move(done.caveat);
  if (done.outputs) outputs_ = std::move(done.outputs);
}

void Operation::enter(Phase phase) {
  phase_ = phase;
  entered_ = false;
  part_.reset();
}

std::optional<Action> Operation::of_phase(const Finished* previous) {
  switch (phase_) {
    case Phase::LookFirst: return look_first(previous);
    case Phase::PreChecks: return checks(previous, plan_.pre_checks && !plan_.resumed, true, Phase::Prepare);
    case Phase::Prepare: return prepare(as<executors::StepResult>(previous));
    case Phase::Announce:
      if (plan_.ask && !stop_) return ask(*std::exchange(plan_.ask, std::nullopt));
      if (!std::exchange(announced_, true)) return announcement();
      if (stop_) return fail(*stop_);
      return enter(runs_already_ ? Phase::Verify : Phase::RemoveOld), std::nullopt;
    case Phase::RemoveOld: return drive(previous, Phase::PreHooks);
    case Phase::PreHooks: return hooks(previous, plan_.before, kPreHookStep, Phase::Effects);
    case Phase::Effects: return drive(previous, Phase::Verify);
    case Phase::Verify: return drive(previous, Phase::PostChecks);
    case Phase::PostChecks: return checks(previous, plan_.post_checks, false, Phase::Stable);
    case Phase::Stable: return stay_stable(previous);
    case Phase::PostHooks: return hooks(previous, plan_.after, kPostHookStep, Phase::Settle);
    case Phase::Settle: return drive(previous, Phase::End);
    case Phase::Cleanup: return drive(previous, Phase::End);
    case Phase::End: return end();
  }
  return end();
}

std::optional<Action> Operation::look_first(const Finished* previous) {
  if (!plan_.look_first || !plan_.verify) return enter(Phase::PreChecks), std::nullopt;
  if (stop_) return fail(*stop_);
  if (!part_) part_ = std::make_unique<ProcedureRun>(plan_.verify());
  executors::Next next = part_->next(as<executors::StepResult>(previous), false);
  if (auto* step = std::get_if<executors::Step>(&next)) return RunStep{phase_, std::move(*step)};
  if (auto* pause = std::get_if<executors::Pause>(&next)) return Sleep{pause->length, std::move(pause->why)};
  if (auto* done = std::get_if<executors::Done>(&next)) {
    runs_already_ = true;
    take(std::move(*done));
    return enter(Phase::Announce), std::nullopt;
  }
  return enter(Phase::PreChecks), std::nullopt;
}

/// Up to the first step with an effect, which is kept until the journal is written.
std::optional<Action> Operation::prepare(const executors::StepResult* result) {
  executors::Next next = main_->next(result, stop_.has_value());
  if (auto* step = std::get_if<executors::Step>(&next)) {
    if (step->effect == executors::Effect::None || stop_) return RunStep{phase_, std::move(*step)};
    first_effect_ = std::move(*step);
    return enter(Phase::Announce), std::nullopt;
  }
  if (auto* pause = std::get_if<executors::Pause>(&next)) return Sleep{pause->length, std::move(pause->why)};
  if (stop_) return fail(*stop_);
  if (auto* done = std::get_if<executors::Done>(&next)) {
    take(std::move(*done));
    return enter(Phase::Announce), std::nullopt;
  }
  if (auto* failed = std::get_if<executors::Failed>(&next)) return fail(std::move(failed->error));
  return ask(std::move(std::get<executors::NeedsApproval>(next).plan));
}

Action Operation::announcement() {
  if (runs_already_) return WriteJournal{std::string(to_string(Phase::Verify)), false};
  if (plan_.remove_old) return WriteJournal{std::string(to_string(Phase::RemoveOld)), false};
  for (const PreparedHook& hook : plan_.before)
    if (hook.step.effect != executors::Effect::None)
      return WriteJournal{hook.step.name, hook.step.effect == executors::Effect::Once};
  if (!first_effect_) return WriteJournal{std::string(to_string(Phase::Effects)), false};
  return WriteJournal{first_effect_->name, first_effect_->effect == executors::Effect::Once};
}

/// Runs the procedure of a phase to its end.
std::optional<Action> Operation::drive(const Finished* previous, Phase after) {
  const bool first = !std::exchange(entered_, true);
  const bool cleaning = phase_ == Phase::Cleanup;
  if (phase_ == Phase::Effects) {
    if (first) {
      if (stop_) return fail(*stop_);
      if (!first_effect_) return enter(after), std::nullopt;
      release_ran_ = true;
      return RunStep{phase_, std::move(*first_effect_)};
    }
  } else if (first) {
    const OperationPlan::Make& make = phase_ == Phase::RemoveOld ? plan_.remove_old
                                      : phase_ == Phase::Verify  ? plan_.verify
                                      : cleaning                 ? plan_.cleanup
                                                                 : plan_.settle;
    if (auto procedure = make ? make() : nullptr) part_ = std::make_unique<ProcedureRun>(std::move(procedure));
    if (stop_ && !cleaning) return fail(*stop_);
    if (!part_) return enter(after), std::nullopt;
  }
  ProcedureRun& run = phase_ == Phase::Effects ? *main_ : *part_;
  executors::Next next = run.next(as<executors::StepResult>(previous), stop_.has_value());
  if (auto* step = std::get_if<executors::Step>(&next)) {
    if (phase_ == Phase::RemoveOld) release_ran_ = removed_old_ = true;
    return RunStep{phase_, std::move(*step)};
  }
  if (auto* pause = std::get_if<executors::Pause>(&next)) return Sleep{pause->length, std::move(pause->why)};
  if (stop_ && !cleaning) return fail(*stop_);
  if (auto* done = std::get_if<executors::Done>(&next)) {
    if (cleaning) notes_ = "; " + (done->caveat.empty() ? "what it had made was removed" : done->caveat);
    if (phase_ == Phase::Effects) take(std::move(*done));
    return enter(after), std::nullopt;
  }
  auto* needs = std::get_if<executors::NeedsApproval>(&next);
  if (needs != nullptr && phase_ == Phase::Effects) return ask(std::move(needs->plan));
  Error error = deployctl::fail(ErrorKind::Internal, "a plan cannot wait for approval in the middle of a deployment");
  if (auto* failed = std::get_if<executors::Failed>(&next)) error = std::move(failed->error);
  if (phase_ == Phase::Settle) notes_ = "; tidying up after it failed: " + error.message;  // what was asked for serves
  if (cleaning) notes_ = "; removing what it had made failed: " + error.message;
  if (phase_ == Phase::Settle || cleaning) return enter(Phase::End), std::nullopt;
  return fail(std::move(error));
}

std::optional<Action> Operation::hooks(const Finished* previous, std::vector<PreparedHook>& hooks,
                                       std::string_view name, Phase after) {
  if (const auto* result = as<executors::StepResult>(previous)) {
    const PreparedHook& hook = hooks[hook_++];
    auto failed = failure_of(hook, name, *result);
    if (failed && !hook.ignore_failure && !stop_) return fail(std::move(*failed));
    if (hook.step.effect == executors::Effect::Once && !result->interrupted()) once_hook_ended_ = true;
  }
  if (stop_) return fail(*stop_);
  if (!std::exchange(entered_, true)) hook_ = 0;
  if (hook_ >= hooks.size()) return enter(after), std::nullopt;
  return RunStep{phase_, hooks[hook_].step};
}

std::optional<Action> Operation::checks(const Finished* previous, bool wanted, bool pre, Phase after) {
  if (stop_) return fail(*stop_);
  if (!wanted) return enter(after), std::nullopt;
  const auto* finished = as<ChecksFinished>(previous);
  if (finished == nullptr) return RunChecks{pre};
  if (finished->passed) return enter(after), std::nullopt;
  return fail(
      deployctl::fail(ErrorKind::HealthCheckFailed, (pre ? "health.pre: " : "health.post: ") + finished->message));
}

/// After each slice of stableFor the gate is passed through again.
std::optional<Action> Operation::stay_stable(const Finished* previous) {
  if (stop_) return fail(*stop_);
  if (as<Slept>(previous) != nullptr) return enter(Phase::Verify), std::nullopt;
  if (stable_left_ <= Duration::zero()) return enter(Phase::PostHooks), std::nullopt;
  const Duration slice = std::min(stable_left_, kStableSlice);
  stable_left_ -= slice;
  return Sleep{slice, "staying healthy for stableFor"};
}

/// A release that failed for good and leaves nothing to go back to is removed again, when the plan says so. Running out
/// of time is such a failure; being told to stop is not.
std::optional<Action> Operation::fail(Error error) {
  const bool of_release = class_of(reason_of(error.kind), true) == FailureClass::OfRelease;
  error_ = std::move(error);
  failed_in_ = phase_;
  if (stop_ && stop_->kind == ErrorKind::StepTimedOut) stop_.reset();
  enter(plan_.cleanup && release_ran_ && !stop_ && of_release ? Phase::Cleanup : Phase::End);
  return std::nullopt;
}

/// The tool of this run has changed nothing; what ran before an interruption may have, and the removal at a former
/// target has.
std::optional<Action> Operation::ask(executors::Plan plan) {
  asks_ = std::move(plan);
  failed_in_ = phase_;
  release_ran_ = plan_.resumed || removed_old_;
  enter(Phase::End);
  return std::nullopt;
}

Action Operation::end() {
  phase_ = Phase::End;
  if (asks_)
    return Ended{.error = {},
                 .message = removed_old_ ? "what stood at the former target is removed already" : "",
                 .phase = failed_in_,
                 .release_ran = release_ran_,
                 .plan = asks_};
  Ended ended{.error = error_, .message = {}, .phase = failed_in_, .release_ran = release_ran_};
  if (ended.error) {
    ended.error->message += notes_;
  } else {
    ended.message = done_.value_or("done") + notes_;
    ended.caveat = caveat_;
  }
  return ended;
}

}  // namespace deployctl::engine
