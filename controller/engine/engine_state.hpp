#pragma once

// The engine's inside: what it remembers, and one act for each decision. The acts stand in engine.cpp (the loop, the
// small ones), begin.cpp, removal.cpp and recover.cpp (operations are made), operate.cpp (and driven), refused.cpp
// (what must not be written), approval.cpp (what waits for a person), outputs.cpp (what is told to others), perform.cpp
// (tasks), look.cpp (checks), shutdown.cpp. An act that answers nothing asks for another look from the top.

#include <map>
#include <set>

#include "async/notifier.hpp"
#include "engine/decision.hpp"
#include "engine/engine.hpp"
#include "engine/holder_proofs.hpp"
#include "engine/record.hpp"
#include "engine/run.hpp"
#include "engine/services.hpp"
#include "health/run_checks.hpp"
#include "sources/sealed.hpp"

namespace deployctl::engine {

struct Engine::State {
  using Acted = std::optional<Outcome>;

  State(asio::any_io_executor executor, Ports ports, Options options);

  Task<Outcome> reconcile(ObjectKey key);
  class Pass;
  void references_changed(const ObjectKey& key);

  // shutdown.cpp
  Task<void> shutdown();
  Task<void> come_to_rest();
  void take_what_ended(const ObjectKey& key, ActiveOperation& operation);
  void take_what_finished(const ObjectKey& key, ActiveOperation& operation);
  Task<Result<void>> record_at_shutdown(api::Deployment object, ObjectRun& run);

  // engine.cpp
  Task<Acted> act(api::Deployment object, ObjectRun& run, Nothing decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Wait decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, AddFinalizer decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, RemoveFinalizer decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Resolve decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Answer decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Settle decision);
  Task<Outcome> object_is_gone(ObjectKey key);
  Task<bool> is_of_another_life(api::Deployment object, ObjectRun& run);
  /// Of an operation that is open and does not run here.
  Task<SeenHolder> holder_of(std::optional<api::Operation> open);
  static void note_dead_attempt(ObjectRun& run, const api::Operation& open, WallTime by);
  static void note_killed_attempt(ObjectRun& run);
  [[nodiscard]] std::optional<std::string> survivor_of(const std::string& operation) const;
  void log_ignored(const api::Deployment& object, ObjectRun& run, const api::Requests& requests);
  void wake_first();
  [[nodiscard]] Outcome until(std::optional<WallTime> time) const;

  // begin.cpp
  Task<Acted> act(api::Deployment object, ObjectRun& run, Begin decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, RollBack decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Destroy decision);
  std::unique_ptr<ActiveOperation> new_operation(const api::Deployment& object, const ObjectRun& run,
                                                 api::OperationKind kind);
  Task<Result<history::Snapshot>> load(api::Deployment object, std::int64_t revision);
  Task<Result<Json>> inventory_before(api::Deployment object);
  Task<Result<std::optional<history::Snapshot>>> kept_snapshot(api::Deployment object, std::int64_t revision);
  /// Directory, values, hooks, checks and machine of an operation.
  Task<Result<void>> make_ready(api::Deployment object, ActiveOperation& operation,
                                std::optional<sources::ResolvedVariables> values);

  Task<Result<void>> tell_what_is_kept(api::Deployment object, const executors::Executor& executor,
                                       executors::Inputs& inputs);
  Task<Result<executors::Inputs>> inputs_of(api::Deployment object, ActiveOperation& operation,
                                            std::optional<sources::ResolvedVariables> values);
  Task<Result<void>> add_gate_and_hooks(ObjectKey key, ActiveOperation& operation, executors::Inputs inputs,
                                        OperationPlan& plan);

  // removal.cpp
  Task<Result<OperationPlan::Make>> plan_of_move(api::Deployment object, ActiveOperation& operation);
  Task<Result<std::int64_t>> newest_at(api::Deployment object, api::Target target);
  Task<Result<std::unique_ptr<executors::Procedure>>> removal_at_old_target(api::Deployment object,
                                                                            ActiveOperation& operation);
  void tell_sealed_copy(const api::Deployment& object, const sources::SealedReferences& references,
                        std::int64_t revision) const;
  void tell_left_out(const api::Deployment& object, const std::vector<std::string>& left_out) const;

  // recover.cpp
  Task<Acted> act(api::Deployment object, ObjectRun& run, Recover decision);
  std::unique_ptr<ActiveOperation> taken_over(const api::Deployment& object, const ObjectRun& run);
  Task<Acted> give_up(api::Deployment object, ObjectRun& run, Error why);
  [[nodiscard]] bool only_a_person_knows(const ActiveOperation& operation) const;
  static Ended asks_a_person(ActiveOperation& operation);

  // operate.cpp
  Task<Acted> act(api::Deployment object, ObjectRun& run, Continue decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, Cancel decision);
  Task<Acted> advance(api::Deployment object, ObjectRun& run);
  Task<Acted> write_journal(api::Deployment object, ObjectRun& run, WriteJournal action);
  Task<Acted> start_over(api::Deployment object, ObjectRun& run);
  Task<Acted> start_step(api::Deployment object, ObjectRun& run, RunStep action);
  Task<Result<void>> keep_revision(api::Deployment object, ActiveOperation& operation);
  Task<Acted> close(api::Deployment object, ObjectRun& run, Ended ended);
  Closing closing_of(const api::Deployment& object, const ActiveOperation& operation, const Ended& ended) const;
  Task<void> finish(ObjectKey key, ObjectRun& run);
  void measure(const api::Deployment& object, const ActiveOperation& operation, const Closing& closing) const;

  // refused.cpp
  Task<Acted> refused(api::Deployment object, ObjectRun& run, Error why);

  // approval.cpp
  Task<Result<void>> take_approval(api::Deployment object, ActiveOperation& operation);
  Task<Result<std::optional<executors::Plan>>> question_of(api::Deployment object, ActiveOperation& operation);
  Task<Acted> await_approval(api::Deployment object, ObjectRun& run, Ended ended);
  Task<Result<void>> keep_plan(api::Deployment object, std::string id, std::string path);

  // outputs.cpp
  void hide_outputs(const ObjectKey& key, const std::vector<executors::Output>& outputs);
  Task<Result<std::map<std::string, std::string>>> read_outputs(api::Deployment object);
  Task<Result<std::map<std::string, std::string>>> kept_outputs(api::Deployment object);
  Task<Result<std::optional<api::Outputs>>> found_outputs(api::Deployment object);
  Task<Result<void>> keep_outputs(api::Deployment object, const ActiveOperation& operation, Closing& closing);
  static std::map<std::string, std::string> outputs_of(const ActiveOperation& operation);

  // perform.cpp: each leaves its end in runs[key] and asks for the key
  void spawn_step(const ObjectKey& key, ActiveOperation& operation, executors::Step step);
  void spawn_checks(const api::Deployment& object, ActiveOperation& operation, bool pre);
  void spawn_sleep(const ObjectKey& key, ActiveOperation& operation, Duration length);
  class Leaver;
  Task<void> run_step(Leaver leaver, api::Type type, executors::Step step, process::RunContext context);
  Task<void> run_gate(Leaver leaver, std::vector<health::Check> checks, api::Require require, health::RunScope scope);
  Task<void> run_sleep(Leaver leaver, Duration length);
  Task<executors::StepResult> perform(executors::Step step, process::RunContext context);
  void log_failed_step(const ObjectKey& key, api::Type type, const std::string& step,
                       const executors::StepResult& result, bool shows_out) const;
  void keep_thrown(const ObjectKey& key, std::exception_ptr thrown);
  void leave(const ObjectKey& key, std::uint64_t ticket, Finished finished);
  health::Services health_services();

  // look.cpp
  Task<Acted> act(api::Deployment object, ObjectRun& run, LookBack decision);
  Task<Acted> act(api::Deployment object, ObjectRun& run, CheckHealth decision);
  Task<Acted> cannot_look_back(api::Deployment object, Error why);
  Task<Acted> take_report(api::Deployment object, ObjectRun& run);
  Task<void> look_at_serving(api::Deployment object, std::uint64_t ticket, std::optional<api::DeploymentSpec> gate);
  Task<void> look_at_kept(api::Deployment object, std::uint64_t ticket, std::int64_t newest);
  Task<CheckReport> report_on(api::Deployment object, history::Snapshot snapshot, std::int64_t revision,
                              api::DeploymentSpec gate, std::string id, bool adopting);
  Task<Result<void>> verify(executors::Inputs inputs, bool drift, std::string id);
  void leave_report(const ObjectKey& key, std::uint64_t ticket, CheckReport report, std::optional<Adoption> adoption);
  Task<std::optional<Adoption>> adoption_of_kept(api::Deployment object, std::int64_t newest, std::string id);
  CheckReport after_throw(const ObjectKey& key, const std::exception_ptr& thrown);
  Task<void> clear_away(ObjectKey key, std::string id);
  static void drop_check(ObjectRun& run);

  Services services;
  Recorder recorder;
  WallTime started;
  HolderProofs holder_proofs;
  std::map<ObjectKey, ObjectRun> runs;
  SlotLine slot_line;           ///< who waits for a slot
  std::set<ObjectKey> passing;  ///< a reconcile stands in runs[key]: nobody else lets go of what is there
  Notifier pass_ended;
  std::uint64_t last_ticket = 0;
  bool shutting_down = false;
  std::shared_ptr<State*> self = std::make_shared<State*>(this);  ///< lets tasks see whether we are still there
  TaskGroup tasks;                                                ///< last: tasks end before what they use
};

/// What a write that did not come through means for the pass.
Outcome after(const Error& error);

/// Asking for the same again is in vain until somebody has changed something.
bool is_refusal(const Error& error);

}  // namespace deployctl::engine
