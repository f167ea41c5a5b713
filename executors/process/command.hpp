#pragma once

// What to run, completely: nothing is inherited. Pure data; made by executors, hooks and probes, performed by a
// ProcessRunner.

#include <csignal>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/time.hpp"

namespace deployctl::process {

/// A file the command needs; written 0600 (or `mode`) below the operation's 0700 directory before the start.
struct CommandFile {
  std::string path;  ///< relative to the operation's directory; never leaves it
  std::string bytes;
  std::uint32_t mode = 0600;
  bool operator==(const CommandFile&) const = default;
};

/// How stdout is kept. stderr is always a tail.
struct Capture {
  enum class Kind : std::uint8_t { Tail, Whole } kind = Kind::Tail;
  std::size_t max = 64U * 1024;  ///< Whole: more is an error of the step ("output larger than N")
  bool operator==(const Capture&) const = default;
};
inline Capture tail() { return {}; }
inline Capture whole(std::size_t max) { return {Capture::Kind::Whole, max}; }

struct Stop {
  int signal = SIGTERM;                       ///< sent to the group exactly once
  Duration grace = std::chrono::seconds(10);  ///< then SIGKILL to the group
  /// To cut it short loses what it made. Told to stop it has until the deadline of its run, where that is later than
  /// the grace. It outlives a controller that is killed, and the next one lets it come to its end. Its stdout is
  /// captured as a tail.
  bool finishes = false;
  bool operator==(const Stop&) const = default;
};

struct Command {
  /// argv[0] is a tool's name ("docker", "kubectl"; resolved from the fixed list found at start) or, for hooks and
  /// command probes, an absolute path or a name in the fixed PATH. Never a shell.
  std::vector<std::string> argv;
  std::map<std::string, std::string> env;  ///< on top of the base environment (own HOME, TMPDIR, PATH, LANG…)
  std::string cwd;                         ///< absolute; empty: the operation's directory
  std::vector<CommandFile> files;
  Capture stdout_capture = {};
  Stop stop = {};
  int also_good = 0;  ///< an exit code that is an answer and no failure ("there is something to change")
  bool operator==(const Command&) const = default;
};

}  // namespace deployctl::process
