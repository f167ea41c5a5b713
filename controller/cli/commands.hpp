#pragma once

// The one table of what `deployctl` can do: help, completion and dispatch are made from it, so they cannot disagree.
// What is not built is not here.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"

namespace deployctl::cli {

/// Which flags and words a command takes; see command_line.cpp for what each means.
enum Takes : unsigned {
  kNothing = 0,
  kApp = 1U << 0U,          ///< APP, required
  kEnvironment = 1U << 1U,  ///< -e ENV, required
  kVersion = 1U << 2U,
  kConfigDir = 1U << 3U,
  kOutputJson = 1U << 4U,      ///< -o json
  kOutputYamlJson = 1U << 5U,  ///< -o yaml|json
  kShell = 1U << 6U,           ///< one of shells()
  kToolsDir = 1U << 7U,
};

struct Command {
  std::string_view name;  ///< "config view": one word, or a group and a word
  std::string_view summary;
  unsigned takes;
  Task<int> (*run)(Context& context);
};

std::span<const Command> commands();

// config_commands.cpp
Task<int> config_validate(Context& context);
Task<int> config_view(Context& context);
// version.cpp
Task<int> version(Context& context);
// completion.cpp
Task<int> completion(Context& context);
/// The shells it knows.
std::vector<std::string> shells();
// check.cpp
Task<int> check(Context& context);

}  // namespace deployctl::cli
