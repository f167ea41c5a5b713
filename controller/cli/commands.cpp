#include "cli/commands.hpp"

#include <array>

namespace deployctl::cli {
namespace {

constexpr std::array kCommands = {
    Command{"config validate", "Check deployments.yaml and environments.yaml; every mistake at once", kConfigDir,
            config_validate},
    Command{"config view", "Show what an app is in an environment, and where each value comes from",
            kApp | kEnvironment | kVersion | kConfigDir | kOutputYamlJson, config_view},
    Command{"check", "Look for the tools that deployments need", kToolsDir | kOutputJson, check},
    Command{"completion", "Print the completion script of a shell", kShell, completion},
    Command{"version", "Print the version", kOutputJson, version},
};

}  // namespace

std::span<const Command> commands() { return kCommands; }

}  // namespace deployctl::cli
