#pragma once

// How a process ended, in words and as an error: the one table for all tools. What an exit code means to one tool is
// that tool's own affair (its *_output).

#include <string>
#include <string_view>

#include "base/error.hpp"
#include "process/process_runner.hpp"

namespace deployctl::process {

/// "exit code 3", "killed by signal 9 (SIGKILL)", "timed out", "cancelled", or what was missing.
std::string describe(const Exit& exit);

/// The last line that is not blank of stderr, else of stdout; one line, at most 300 bytes.
std::string last_line(const ProcessResult& result);

/// "<what>: exit code 3: <last line>". Kind: StepFailed, StepTimedOut, Cancelled; of one that could not start
/// ExecutorUnavailable (program), WorkspaceFailed (disk), Transient (no room for a process), Invalid (too long).
Error failure(std::string_view what, const ProcessResult& result);

}  // namespace deployctl::process
