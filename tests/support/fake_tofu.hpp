#pragma once

// A small OpenTofu behind its command line: resources with one value each, a state with a serial and a lock, saved
// plans that go stale. What the module declares is a function of the variables in the step's var file. It prints what
// tofu 1.12 prints, as far as the terraform executor reads it.

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "executors/procedure.hpp"

namespace deployctl::support {

class FakeTofu {
 public:
  using Resources = std::map<std::string, std::string>;  ///< address to value

  /// What the module declares.
  std::function<Resources(const Json& variables)> module = [](const Json&) { return Resources{}; };
  Resources resources;  ///< what is there and in the state
  std::set<std::string> tainted;
  int serial = 0;  ///< of the state; 0: none yet
  bool initialised = false;
  std::string program = "tofu";  ///< the only one that is installed
  std::optional<std::string> lock_id;
  std::string lock_who = "root@vm", lock_created = "2026-11-26 00:32:31.901116457 +0000 UTC";
  std::string lease_owner;                    ///< uid of the object the lock was given to
  bool terminating = false;                   ///< a lock cannot be made in this namespace
  std::set<std::string> cannot_make;          ///< apply fails at these, after making them
  std::optional<std::string> plan_complaint;  ///< a line of `plan -json`, an error
  std::optional<std::string> init_complaint;
  std::map<std::string, std::string> module_files;  ///< what `find` and `cat` see, by absolute path
  int refusals = 0;                                 ///< so many writes of the state its backend refuses
  bool releases = true;                             ///< the lock of an apply whose state is refused
  std::optional<Resources> left;                    ///< what an apply built, known to a file alone
  std::map<std::string, int> built;                 ///< how often each address was created
  std::optional<std::string> kept_secret;           ///< the Secret with what was left
  bool secret_refused = false;
  std::optional<std::string> aside;  ///< what was left, put aside on the disk
  std::vector<std::string> steps;
  /// Asked before a step runs; a result given here is the step's result instead.
  std::function<std::optional<executors::StepResult>(const executors::Step&)> intercept;

  executors::StepResult run(const executors::Step& step);

 private:
  struct Saved {
    Resources wanted;
    std::set<std::string> replaced;
    int serial = 0;
  };
  process::ProcessResult state(const std::vector<std::string>& argv);
  process::ProcessResult end_of_apply(process::ProcessResult said, Resources before);
  process::ProcessResult kept_in_cluster(const process::Command& command);
  process::ProcessResult on_disk(const std::vector<std::string>& argv);
  [[nodiscard]] std::string found_files() const;
  [[nodiscard]] std::string read_files(const std::vector<std::string>& argv) const;
  process::ProcessResult answer(const process::Command& command);
  /// What kubectl does to the Secret and the Lease of the state.
  process::ProcessResult state_in_cluster(const process::Command& command);
  process::ProcessResult plan(const process::Command& command);
  process::ProcessResult apply();
  [[nodiscard]] std::string shown() const;
  [[nodiscard]] std::string action_on(const std::string& address, const Saved& saved) const;
  [[nodiscard]] std::set<std::string> all_of(const Saved& saved) const;
  [[nodiscard]] std::string lock_complaint() const;
  std::optional<Saved> saved_;
};

/// A line of the tool's JSON that tells an error.
std::string complaint(const std::string& summary, const std::string& detail = {}, const std::string& file = {},
                      int line = 0, const std::string& address = {});

}  // namespace deployctl::support
