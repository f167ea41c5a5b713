#pragma once

// Runs one command to its end (port). The real one is PosixProcessRunner; tests use support/fake_process_runner.

#include <functional>
#include <string>
#include <string_view>

#include "async/asio.hpp"
#include "base/result.hpp"
#include "process/command.hpp"

namespace deployctl::process {

/// How a process ended.
struct Exit {
  enum class Kind : std::uint8_t { Exited, Signalled, TimedOut, Cancelled, CouldNotStart } kind = Kind::Exited;
  int code = 0;         ///< Exited: exit code; Signalled: signal; CouldNotStart: errno
  std::string detail;   ///< CouldNotStart: what was missing, with the path
  bool killed = false;  ///< TimedOut, Cancelled: it did not end when it was told to
  [[nodiscard]] bool ok() const { return kind == Kind::Exited && code == 0; }
  bool operator==(const Exit&) const = default;
};

struct ProcessResult {
  Exit exit;
  std::string out;  ///< as captured (Tail: first and last part with a mark between)
  std::string err;
  bool out_overflow = false;  ///< Whole: there was more than `max`
  Duration duration{};
};

/// Where and under what it runs.
struct RunContext {
  std::string operation;  ///< DEPLOYCTL_OPERATION of the child; how orphans are found after a crash
  std::string directory;  ///< the operation's 0700 directory: files, HOME, TMPDIR lie below it
  Duration timeout{};     ///< of this run; then the group is stopped and the result is TimedOut. Zero: no limit
  /// Each line of stdout and stderr as it comes (bounded length, already redacted by the runner's redactor); may be
  /// empty. Must return at once.
  std::function<void(std::string_view line)> on_line;
};

class ProcessRunner {
 public:
  virtual ~ProcessRunner() = default;
  /// Returns when the whole process group is gone and reaped. Cancelling the caller stops the group politely
  /// (Command::stop), then firmly, and *returns* a result of kind Cancelled: what the tool printed while stopping is
  /// part of the answer.
  virtual Task<ProcessResult> run(Command command, RunContext context) = 0;
};

}  // namespace deployctl::process
