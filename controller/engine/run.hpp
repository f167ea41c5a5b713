#pragma once

// What this process remembers of one object between two passes. Lost in a crash; nothing of it is needed to go on
// correctly. Internal to engine.

#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/semaphore.hpp"
#include "async/task_group.hpp"
#include "engine/next_status.hpp"
#include "engine/operation.hpp"
#include "engine/resolve.hpp"
#include "executors/executor.hpp"
#include "health/check.hpp"
#include "history/snapshot.hpp"

namespace deployctl::engine {

struct RunningStep {
  std::string name;
  executors::Effect effect = executors::Effect::None;  ///< None also for checks and waits
  WallTime began{};
};
/// A step that did not end when it was told to. Its tool's lock may be left.
struct KilledStep {
  RunningStep step;
  WallTime at{};
};

/// An operation that runs here: its journal entry, its machine, and what its last task left.
struct ActiveOperation {
  api::Operation journal;  ///< `revision` is 0 until it is announced
  history::Snapshot snapshot;
  api::Restorable restorable = api::Restorable::No;
  std::optional<Operation> machine;
  std::optional<Action> pending;     ///< decided, not done yet (its write did not come through)
  std::optional<Finished> finished;  ///< how the last task ended
  StopCause stop = StopCause::None;
  bool announced = false, busy = false, resumed = false, moves = false, forced = false;
  bool once_hooks_ran = false;  ///< before it was resumed: they are not among its hooks any more

  std::vector<health::Check> pre_checks, post_checks;
  std::vector<api::CheckStatus> gate;               ///< how the last post checks ended
  std::vector<std::string> directories;             ///< ids in the work directory
  std::map<std::string, std::string> kept_outputs;  ///< of what serves
  std::vector<std::string> left_out;                ///< of a removal: what it read and is gone
  Json carried = Json::array();                     ///< inventory of what was there before

  std::optional<std::int64_t> generation;
  std::int64_t number = 0;  ///< the revision it will be
  std::string desired_digest, desired_gate;
  std::optional<api::Quarantine> quarantine;  ///< of a rollback
  std::optional<std::string> reconcile_token, force_token, rollback_token;
  std::optional<std::string> approve_token;             ///< the plan it carries out
  std::optional<executors::DeadAttempt> dead_attempt;   ///< before it
  std::optional<executors::Inputs::Approved> approved;  ///< and what of it was kept

  SteadyTime began{};
  std::optional<WallTime> first_step;  ///< the deadline counts from here
  Duration timeout{};
  std::string doing, said;            ///< what people should read, and what they read last
  std::string step_words, waits_for;  ///< the parts `doing` is made of
  Phase waits_in{};                   ///< where `waits_for` was said
  WallTime write_progress_from{};

  std::uint64_t ticket = 0;  ///< of the task that runs
  TaskHandle task;
  RunningStep step;  ///< that runs, or ran last
  std::optional<KilledStep> killed;
  Semaphore::Permit slot;
};

/// A look at what serves, or at what an earlier life left.
struct ActiveCheck {
  std::uint64_t ticket = 0;
  TaskHandle task;
  std::optional<CheckReport> report;  ///< it has ended
  std::optional<Adoption> adoption;   ///< it looked back
};

/// One for every object there is: what only a few need at a time stands behind a pointer, for thousands are at rest.
struct ObjectRun {
  std::string uid;
  bool had_status = false;
  std::optional<Desired> desired;
  std::unique_ptr<Resolution> resolution;  ///< while something may begin; at rest only `desired` is kept
  bool references_changed = false;
  std::unique_ptr<ActiveOperation> operation;
  std::unique_ptr<ActiveCheck> check;
  std::optional<WallTime> checked_at;
  bool looked_back = false;
  /// What a process that is proven dead had begun, until something succeeded: its lock may still be there.
  std::optional<executors::DeadAttempt> dead_attempt;
  std::int64_t next_revision = 0;  ///< lower numbers are taken by Secrets that say something else
  bool destroyed = false;
  std::int64_t destroy_failures = 0;
  std::optional<WallTime> destroy_retry_at;
  std::exception_ptr thrown;  ///< a task ended by it: the next pass throws it, so that the loop tells and tries again
  std::set<std::string> ignored;  ///< annotations that were logged as junk
};

}  // namespace deployctl::engine
