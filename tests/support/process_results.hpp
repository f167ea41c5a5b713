#pragma once

// How a process ended, in a word: results for fakes and expectations.

#include <cerrno>
#include <string>
#include <utility>

#include "process/process_runner.hpp"

namespace deployctl::support {

inline process::ProcessResult exited(int code, std::string out = {}, std::string err = {}) {
  return {.exit = {process::Exit::Kind::Exited, code, {}}, .out = std::move(out), .err = std::move(err)};
}
inline process::ProcessResult signalled(int signal) { return {.exit = {process::Exit::Kind::Signalled, signal, {}}}; }
inline process::ProcessResult timed_out() { return {.exit = {process::Exit::Kind::TimedOut, 0, {}}}; }
inline process::ProcessResult cancelled() { return {.exit = {process::Exit::Kind::Cancelled, 0, {}}}; }
inline process::ProcessResult could_not_start(std::string detail, int error = ENOENT) {
  return {.exit = {process::Exit::Kind::CouldNotStart, error, std::move(detail)}};
}

}  // namespace deployctl::support
