#pragma once

// One operation as a machine of phases, pure: it says what to do next and is told how that ended. It starts nothing and
// writes nothing; the driver (operate.cpp) performs its actions. Never serialised: after a crash a new one is made from
// the kept revision.
//
// Deploy and Rollback: health.pre, the executor's steps without effect, [journal], the old target's removal when the
// target moves, hooks before, the executor's steps with effect, the gate (verify, health.post, stableFor), hooks after,
// settle. Destroy: the executor's destroy. Stopping it lets only steps marked `cleanup` follow. A plan that a person
// has to approve ends it before the journal, or where the tool refuses the approved one as out of date.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "engine/decision.hpp"
#include "engine/procedure_run.hpp"
#include "executors/procedure.hpp"
#include "health/status_ranges.hpp"

namespace deployctl::engine {

enum class Phase {
  LookFirst,  ///< after an interruption: does it run already?
  PreChecks,
  Prepare,
  Announce,
  RemoveOld,
  PreHooks,
  Effects,
  Verify,
  PostChecks,
  Stable,
  PostHooks,
  Settle,
  Cleanup,  ///< a first deployment failed for good: what it made is removed
  End,
};
std::string_view to_string(Phase phase);

/// The names of hook steps: in the journal and as metric labels.
inline constexpr std::string_view kPreHookStep = "pre-hook";
inline constexpr std::string_view kPostHookStep = "post-hook";

struct PreparedHook {
  std::string name;
  executors::Step step;
  std::optional<health::StatusRanges> expected_status;  ///< of an http hook
  bool ignore_failure = false;
};

/// What the phases consist of. A factory that is empty or gives null: nothing to do there.
struct OperationPlan {
  using Make = std::function<std::unique_ptr<executors::Procedure>()>;
  bool look_first = false;
  bool pre_checks = false, post_checks = false;
  std::unique_ptr<executors::Procedure> main;
  Make remove_old, verify, settle, cleanup;
  std::vector<PreparedHook> before, after;
  Duration stable_for{};
  std::optional<executors::Plan> ask;  ///< has to be approved before the journal, where the executor does not ask
  bool resumed = false;                ///< some of it may have run before
};

/// How checks ended.
struct ChecksFinished {
  bool passed = false;
  std::string message;
  std::vector<api::CheckStatus> checks;
};
struct Slept {};
using Finished = std::variant<executors::StepResult, ChecksFinished, Slept>;

struct RunStep {
  Phase phase = Phase::Prepare;
  executors::Step step;
};
struct RunChecks {
  bool pre = false;
};
struct Sleep {
  Duration length{};
  std::string why;
};
/// Save the revision and write the journal naming this step; then ask again with nothing.
struct WriteJournal {
  std::string step;
  bool once = false;
};
struct Ended {
  std::optional<Error> error;                ///< nothing: success, or a plan
  std::string message;                       ///< of a success; with a plan: what ran already, empty for nothing
  Phase phase = Phase::End;                  ///< where it failed
  bool release_ran = false;                  ///< a step with effect of the release itself was started
  std::optional<executors::Plan> plan = {};  ///< a person has to approve it
  std::string caveat = {};                   ///< executors::Done::caveat of a success
};
using Action = std::variant<RunStep, RunChecks, Sleep, WriteJournal, Ended>;

class Operation {
 public:
  explicit Operation(OperationPlan plan);

  /// `previous`: how the last action ended; nothing at first and after WriteJournal. Not called after Ended.
  Action next(const Finished* previous);

  /// From now on it only tidies up; `cause` is what its end says. The first cause stays.
  void stop(Error cause);
  [[nodiscard]] bool is_stopping() const { return stop_.has_value(); }

  [[nodiscard]] Phase phase() const { return phase_; }
  /// Stands where a new spec may cancel it: nothing touched yet, or only looking.
  [[nodiscard]] bool is_interruptible() const;
  [[nodiscard]] bool release_ran() const { return release_ran_; }
  /// A hook that must not run twice has run to its end.
  [[nodiscard]] bool once_hook_ended() const { return once_hook_ended_; }
  /// What the steps without effect found out; complete when WriteJournal is asked for.
  [[nodiscard]] executors::Remembered remembered() const;
  /// What the executor said at its end; nothing before, and when it does not tell.
  [[nodiscard]] const std::optional<std::vector<executors::Output>>& outputs() const { return outputs_; }

 private:
  void take(executors::Done done);
  std::optional<Action> of_phase(const Finished* previous);
  void enter(Phase phase);
  std::optional<Action> prepare(const executors::StepResult* result);
  std::optional<Action> drive(const Finished* previous, Phase after);
  std::optional<Action> hooks(const Finished* previous, std::vector<PreparedHook>& hooks, std::string_view name,
                              Phase after);
  std::optional<Action> checks(const Finished* previous, bool wanted, bool pre, Phase after);
  std::optional<Action> look_first(const Finished* previous);
  std::optional<Action> stay_stable(const Finished* previous);
  Action announcement();
  std::optional<Action> fail(Error error);
  std::optional<Action> ask(executors::Plan plan);
  Action end();

  OperationPlan plan_;
  Phase phase_ = Phase::LookFirst;
  bool entered_ = false;  ///< the phase has begun: what comes in belongs to it
  std::unique_ptr<ProcedureRun> main_;
  std::unique_ptr<ProcedureRun> part_;  ///< of the phase: verify, settle, remove_old, cleanup
  std::optional<executors::Step> first_effect_;
  std::optional<std::string> done_;  ///< main's message
  std::string caveat_;               ///< and its caveat
  std::optional<std::vector<executors::Output>> outputs_;
  std::size_t hook_ = 0;
  bool release_ran_ = false, removed_old_ = false, announced_ = false, runs_already_ = false;
  bool once_hook_ended_ = false;
  Duration stable_left_{};
  std::optional<Error> stop_, error_;
  std::optional<executors::Plan> asks_;
  Phase failed_in_ = Phase::End;
  std::string notes_;
};

}  // namespace deployctl::engine
