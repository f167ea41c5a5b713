#pragma once

// An executor and its tool in one: a world in which at most one version of each object runs, changed only by the
// commands of the executor's procedures. Which steps there are and what they do is set by the test. The tool is the
// ProcessRunner of the test; it keeps every command as a line: "start web 2".

#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "executors/executor.hpp"
#include "process/process_runner.hpp"

namespace deployctl::support {

/// What runs, by name. Survives the controller, as the real world does.
class FakeWorld final : public process::ProcessRunner {
 public:
  std::map<std::string, std::string> running;  ///< name to version
  std::vector<std::string> lines;              ///< every command that took effect or looked
  std::set<std::string> sick;                  ///< versions that start and are not healthy
  std::set<std::string> hanging;               ///< verbs that run until they are cancelled or released
  std::set<std::string> stubborn;              ///< of those the ones that have to be killed then
  std::map<std::string, process::Exit> ends;   ///< verbs (or "verb version") that end like this and do nothing
  std::set<std::string> throwing;              ///< verbs at which the runner itself throws
  std::map<std::string, std::string> says;     ///< verbs to what they write on standard error
  std::map<std::string, std::string> writes;   ///< verbs to what they write on standard output when they fail
  std::string plan;                            ///< what "prepare" leaves as plan.bin in its directory; empty: nothing
  /// Asked before each command takes effect; false: it does not (the machine is gone).
  std::function<bool()> before_action;
  std::map<std::string, std::map<std::string, std::string>> told;  ///< verbs to the environment of their last run
  std::size_t hang_count = 0;
  std::vector<std::string> misplaced;  ///< lines that were told another directory than the one they ran in

  Task<process::ProcessResult> run(process::Command command, process::RunContext context) override;

  /// What hangs goes on and does its work.
  void release();

  /// Lines that begin with `words`.
  [[nodiscard]] std::size_t count(const std::string& words) const;
  /// Commands that changed something.
  [[nodiscard]] std::size_t effects() const;

 private:
  std::set<asio::steady_timer*> held_;
};

class FakeExecutor final : public executors::Executor {
 public:
  executors::Effect start_effect = executors::Effect::Repeatable;
  executors::Recovery recovery = executors::Recovery::Rerun;
  bool settles = true;
  bool keeps = false;                               ///< its source
  mutable std::vector<executors::Inputs> verified;  ///< what each verify got
  std::string host = "local";                       ///< of the target
  Duration step_timeout = std::chrono::minutes(5);
  std::set<std::string> whole;  ///< verbs whose standard output is captured whole
  /// What the end of a deploy tells, for all versions.
  std::optional<std::vector<executors::Output>> outputs;
  bool plans = false;  ///< asks for approval by itself, after "prepare"
  std::string found;   ///< what its plans find outside: part of the digest of its plans, beside the inputs'
  bool stale = false;  ///< where "stop" fails it has refused the approved plan as out of date
  mutable std::vector<executors::Inputs> destroyed;  ///< what each destroy got
  mutable std::vector<executors::Inputs> deployed;   ///< what each deploy got

  /// The digest of the plan it makes for these inputs now.
  [[nodiscard]] std::string plan_digest(const executors::Inputs& inputs) const;
  [[nodiscard]] Result<void> validate(const api::DeploymentSpec& spec) const override;
  [[nodiscard]] api::Target target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                   const std::string& cluster_id) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> deploy(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> settle(executors::Inputs inputs) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> verify(executors::Inputs inputs, bool drift) const override;
  [[nodiscard]] std::unique_ptr<executors::Procedure> destroy(executors::Inputs inputs) const override;
  [[nodiscard]] bool asks_for_approval() const override { return plans; }
  [[nodiscard]] executors::Recovery after_interruption(const api::Operation& open) const override;
  [[nodiscard]] std::vector<std::string> tools(const api::DeploymentSpec& spec) const override;
  [[nodiscard]] bool keeps_source() const override { return keeps; }

 private:
  [[nodiscard]] executors::Step step(const executors::Inputs& inputs, const std::string& verb,
                                     executors::Effect effect) const;
};

}  // namespace deployctl::support
