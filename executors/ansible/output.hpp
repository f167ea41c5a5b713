#pragma once

// What ansible's answers mean. Pure. The words matched are those of ansible-core 2.14 to 2.19.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "executors/executor.hpp"

namespace deployctl::ansible {

/// The hosts that `--list-hosts` prints, each once, sorted.
std::vector<std::string> read_hosts(std::string_view out);

/// The last line of our callback: counts over all hosts, and the first few troubles and changes.
struct Recap {
  struct Event {
    std::string host, task, message;
  };
  std::int64_t hosts = 0, failed = 0, unreachable = 0;  ///< numbers of hosts
  std::int64_t ok = 0, changed = 0;                     ///< numbers of tasks
  std::vector<Event> troubles, changes;
  /// No task did its work on any host.
  [[nodiscard]] bool is_untouched() const { return ok == 0 && changed == 0; }
};
/// Nothing when ansible ended before it, or printed something else.
std::optional<Recap> read_recap(std::string_view out);

/// "3 hosts, 12 tasks ok, 2 changed".
std::string words_of(const Recap& recap);
/// "would change: task "copy" on web1; …".
std::string words_of_changes(const Recap& recap);

/// Why the look at a playbook did not end well: Invalid with the tool's sentence (a syntax error, no such host, a vault
/// without a password), DependencyNotReady when the vault password is a wrong one, StepFailed when ansible itself
/// broke.
Error error_of_look(const executors::Inputs& inputs, const executors::StepResult& result);
/// SourceFailed when a server of roles or collections does not answer, else StepFailed.
Error error_of_requirements(const executors::Inputs& inputs, const executors::StepResult& result);

/// Why a run of a playbook did not end well. Exit codes do not tell (4 is an unreachable host as well as a syntax
/// error): the recap does. StepFailed with the counts and the first trouble; ExecutorUnavailable when no host could be
/// reached and nothing was done. A value that is encrypted inline is read only when a task needs it: where nothing but
/// the vault password is at fault it is said as the look says it.
Error error_of_play(const executors::Inputs& inputs, const executors::StepResult& result);

}  // namespace deployctl::ansible
