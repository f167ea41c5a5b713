#pragma once

// Children of a controller that was killed: found at the next start by the marks in their environment, before anything
// is recovered and before any leftover directory is removed. The caller stops them, but for the runs that are let
// finish (Stop::finishes): those it waits for beside its other work, and keeps their operations waiting.

#include <sys/types.h>

#include <string>
#include <vector>

#include "async/clock.hpp"
#include "process/process_table.hpp"
#include "process/run_mark.hpp"

namespace deployctl::process {

struct Orphan {
  pid_t pid = 0;
  pid_t group = 0;
  std::uint64_t start = 0;  ///< with the pid it names a process for ever
  std::string operation;    ///< DEPLOYCTL_OPERATION
  std::string program;      ///< its short name, for the log
  RunMark mark;             ///< of its run: how it is stopped
  bool operator==(const Orphan&) const = default;
};

/// Every live process of our pid namespace whose mark names a controller that is no more. Children of a living one
/// (another installation on this machine) are left out, and so is what belongs to other users.
std::vector<Orphan> find_orphans();

/// Those that still live.
std::vector<Orphan> still_alive(const std::vector<Orphan>& orphans);

/// The leaders of the runs that are let finish; their deadlines may be over.
std::vector<Orphan> let_finish(const std::vector<Orphan>& orphans);
/// Without what belongs to the runs of `leaders`.
std::vector<Orphan> others(const std::vector<Orphan>& orphans, const std::vector<Orphan>& leaders);

/// To each group the signal of its run, once, the run's grace, then SIGKILL. Returns those that could not be ended
/// within a further 5 s. Cancelling throws operation_aborted; what was signalled stays signalled.
Task<std::vector<Orphan>> stop_orphans(Clock& clock, std::vector<Orphan> orphans);

/// Waits until the leader of a run has ended, and stops it as above when its deadline has passed; what it leaves behind
/// is killed. Returns what could not be ended. Cancelling throws operation_aborted: then the next start waits for it.
Task<std::vector<Orphan>> outlast(Clock& clock, Orphan leader);

}  // namespace deployctl::process
