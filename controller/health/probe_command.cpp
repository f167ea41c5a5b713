#include "health/probe_command.hpp"

#include <boost/asio/error.hpp>
#include <boost/system/system_error.hpp>
#include <utility>

#include "base/duration.hpp"

namespace deployctl::health {

Verdict judge_command(const process::Exit& exit, Duration timeout) {
  using Kind = process::Exit::Kind;
  switch (exit.kind) {
    case Kind::Exited: break;
    case Kind::Signalled: return {.message = "the command was ended by signal " + std::to_string(exit.code)};
    case Kind::TimedOut: return {.message = "the command did not end within " + format_duration(timeout)};
    case Kind::Cancelled: return {.message = "the command was stopped"};
    case Kind::CouldNotStart: return {.message = "the command could not start: " + exit.detail};
  }
  return {.passed = exit.code == 0, .message = "the command exited with " + std::to_string(exit.code)};
}

Task<Verdict> probe_command(process::ProcessRunner& runner, CommandProbe probe, process::RunContext context) {
  const Duration timeout = context.timeout;
  const process::ProcessResult result = co_await runner.run(std::move(probe.command), std::move(context));
  // A cancelled runner returns, with the caller's cancellation state clean again; nobody waits for this verdict.
  if (result.exit.kind == process::Exit::Kind::Cancelled) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  co_return judge_command(result.exit, timeout);
}

}  // namespace deployctl::health
