#pragma once

// The command check: passes when the command exits 0. Its output never reaches a message.

#include "async/asio.hpp"
#include "health/check.hpp"
#include "health/verdict.hpp"
#include "process/process_runner.hpp"

namespace deployctl::health {

/// Pure.
Verdict judge_command(const process::Exit& exit, Duration timeout);

/// One attempt; `context.timeout` is the deadline. Cancelling stops the process group and throws operation_aborted.
Task<Verdict> probe_command(process::ProcessRunner& runner, CommandProbe probe, process::RunContext context);

}  // namespace deployctl::health
