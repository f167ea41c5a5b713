#include "process/exit_status.hpp"

#include <cerrno>
#include <cstring>

#include "base/text.hpp"

namespace deployctl::process {
namespace {

std::string signal_words(int signal) {
  const char* name = ::sigabbrev_np(signal);
  std::string words = "killed by signal " + std::to_string(signal);
  if (name != nullptr) words += std::string(" (SIG") + name + ")";
  if (signal == SIGKILL) words += ", perhaps out of memory";
  return words;
}

std::string_view last_filled_line(std::string_view text) {
  while (!text.empty()) {
    const std::size_t start = text.rfind('\n') + 1;  // npos + 1 is 0
    const std::string_view line = text.substr(start);
    if (line.find_first_not_of(" \t\r") != std::string_view::npos) return line;
    if (start == 0) break;
    text.remove_suffix(text.size() - start + 1);
  }
  return {};
}

ErrorKind kind_of(const Exit& exit) {
  switch (exit.kind) {
    case Exit::Kind::Exited:
    case Exit::Kind::Signalled: return ErrorKind::StepFailed;
    case Exit::Kind::TimedOut: return ErrorKind::StepTimedOut;
    case Exit::Kind::Cancelled: return ErrorKind::Cancelled;
    case Exit::Kind::CouldNotStart: break;
  }
  switch (exit.code) {
    case ENOSPC:
    case EDQUOT:
    case EROFS:
    case EIO: return ErrorKind::WorkspaceFailed;
    case EAGAIN:
    case ENOMEM:
    case EMFILE:
    case ENFILE: return ErrorKind::Transient;
    case E2BIG:
    case EINVAL: return ErrorKind::Invalid;
    default: return ErrorKind::ExecutorUnavailable;
  }
}

}  // namespace

std::string describe(const Exit& exit) {
  switch (exit.kind) {
    case Exit::Kind::Exited: return "exit code " + std::to_string(exit.code);
    case Exit::Kind::Signalled: return signal_words(exit.code);
    case Exit::Kind::TimedOut: return exit.killed ? "timed out, did not stop when told to and was killed" : "timed out";
    case Exit::Kind::Cancelled:
      return exit.killed ? "cancelled, did not stop when told to and was killed" : "cancelled";
    case Exit::Kind::CouldNotStart:
      return exit.detail.empty() ? "could not start: " + std::string(std::strerror(exit.code)) : exit.detail;
  }
  return "ended";
}

std::string last_line(const ProcessResult& result) {
  std::string_view line = last_filled_line(result.err);
  if (line.empty()) line = last_filled_line(result.out);
  return cut(one_line(line), 300);
}

Error failure(std::string_view what, const ProcessResult& result) {
  std::string message = std::string(what) + ": " + describe(result.exit);
  const std::string line = last_line(result);
  if (!line.empty()) message += ": " + line;
  return fail(kind_of(result.exit), std::move(message));
}

}  // namespace deployctl::process
