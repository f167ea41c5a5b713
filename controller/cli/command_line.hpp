#pragma once

// Reads argv against the table of commands. Usage errors end with 2 and one line on stderr; --help and --version with
// 0.

#include <string>
#include <variant>
#include <vector>

#include "cli/commands.hpp"

namespace deployctl::cli {

struct Invocation {
  const Command* command = nullptr;
  Flags flags;
};

/// The invocation, or the code to end with; then everything is told.
std::variant<Invocation, int> parse_command_line(int argc, const char* const* argv, std::ostream& out,
                                                 std::ostream& err);

/// A word that completes a command line: all flags and words of one command, for the completion scripts.
struct Completable {
  std::string command;             ///< "" is deployctl itself, "config" a group, "config view" a command
  std::vector<std::string> words;  ///< what may follow: commands, and flags with their dashes
};
std::vector<Completable> completables();

}  // namespace deployctl::cli
