#pragma once

// The real ProcessRunner: posix_spawn and a pidfd on the io_context. One per process, made in main, outlives every
// run; use from the io_context's thread only.
//
// A child gets: an absolute program path, its own process group, an empty signal mask, default dispositions, stdin from
// /dev/null, two pipes, no other descriptor, and only the environment of base_environment.hpp plus the command's own.
// Stopping signals the whole group once, waits the grace, kills. What leaves the group (setsid) is adopted by us (this
// class makes the program a child subreaper) and killed when the run ends; zombies it leaves are reaped.
//
// Output is redacted and made fit to show line by line before it enters a tail or `on_line`; stdout captured Whole
// stays as it came and is not given to `on_line`.
//
// Cancelling run() stops the group and returns a result of kind Cancelled; the caller's cancellation state is clean
// again afterwards, so that it may record and clean up.
//
// After a SIGKILL of the program, children live on and are found at the next start by orphans.hpp. What is let finish
// (Stop::finishes) writes to memory, for a pipe that nobody reads any more kills its writer.

#include <cstddef>
#include <set>
#include <string>

#include "async/clock.hpp"
#include "async/semaphore.hpp"
#include "base/redact.hpp"
#include "process/base_environment.hpp"
#include "process/process_runner.hpp"
#include "process/tool_finder.hpp"

namespace deployctl::process {

class PosixProcessRunner final : public ProcessRunner {
 public:
  /// At most `max_processes` run at once, first come first served; `timeout` counts from the start of the process.
  /// Throws std::runtime_error when the kernel has no pidfd_open or forbids it.
  PosixProcessRunner(asio::any_io_executor executor, Clock& clock, const SecretSet& secrets, ToolFinder tools,
                     BaseEnvironment base, std::size_t max_processes);

  Task<ProcessResult> run(Command command, RunContext context) override;

  /// How many children run now.
  [[nodiscard]] std::size_t running() const { return leaders_.size(); }

 private:
  Task<ProcessResult> run_started(const Command& command, const RunContext& context);

  asio::any_io_executor executor_;
  Clock& clock_;
  const SecretSet& secrets_;
  ToolFinder tools_;
  BaseEnvironment base_;
  Semaphore slots_;
  std::set<int> leaders_;  ///< pids we wait for; every other child of ours is adopted
};

}  // namespace deployctl::process
