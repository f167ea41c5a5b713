#pragma once

// Children of a controller that was killed: found at the next start by the marks in their environment, before anything
// is recovered and before any leftover directory is removed. Waiting for them, or stopping them, is the caller's choice
// (a terraform run is waited for up to its deadline, the others are stopped).

#include <sys/types.h>

#include <string>
#include <vector>

#include "async/clock.hpp"
#include "process/process_table.hpp"

namespace deployctl::process {

struct Orphan {
  pid_t pid = 0;
  pid_t group = 0;
  std::uint64_t start = 0;  ///< with the pid it names a process for ever
  std::string operation;    ///< DEPLOYCTL_OPERATION
  std::string program;      ///< its short name, for the log
  bool operator==(const Orphan&) const = default;
};

/// Every live process of our pid namespace whose mark names a controller that is no more. Children of a living one
/// (another installation on this machine) are left out, and so is what belongs to other users.
std::vector<Orphan> find_orphans();

/// Those that still live.
std::vector<Orphan> still_alive(const std::vector<Orphan>& orphans);

/// SIGTERM to their groups, up to `grace`, then SIGKILL. Returns those that could not be ended within a further 5 s.
/// Cancelling throws operation_aborted; what was signalled stays signalled.
Task<std::vector<Orphan>> stop_orphans(Clock& clock, std::vector<Orphan> orphans, Duration grace);

}  // namespace deployctl::process
