#include "app/tool_versions.hpp"

#include <array>
#include <filesystem>
#include <vector>

namespace deployctl::app {
namespace {

struct VersionCommand {
  std::string_view tool;
  std::vector<std::string> argv;
};

bool is_version_character(char c) { return (c >= '0' && c <= '9') || c == '.'; }

}  // namespace

std::string version_in(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    std::size_t end = at;
    while (end < text.size() && is_version_character(text[end])) ++end;
    const std::string_view word = text.substr(at, end - at);
    if (word.find('.') != std::string_view::npos && word.front() != '.') {
      return std::string(word.ends_with('.') ? word.substr(0, word.size() - 1) : word);
    }
    at = end + 1;
  }
  return "unknown";
}

Task<void> report_tools(process::ProcessRunner& processes, DeploymentMetrics& metrics, const Logger& log,
                        std::string work_dir) {
  const std::array commands = {VersionCommand{"docker", {"docker", "--version"}},
                               VersionCommand{"docker-compose", {"docker-compose", "version", "--short"}},
                               VersionCommand{"kubectl", {"kubectl", "version", "--client"}}};
  for (const VersionCommand& each : commands) {
    process::Command command;
    command.argv = each.argv;
    const std::string directory = work_dir + "/tool-versions";
    const auto result = co_await processes.run(
        std::move(command),
        {.operation = "tool-versions", .directory = directory, .timeout = std::chrono::seconds(10), .on_line = {}});
    std::error_code ignored;
    std::filesystem::remove_all(directory, ignored);
    if (!result.exit.ok()) {
      log.info("Found no usable tool", {{"tool", each.tool}});
      continue;
    }
    const std::string version = version_in(result.out);
    metrics.tool_found(std::string(each.tool), version);
    log.info("Found a tool", {{"tool", each.tool}, {"version", version}});
  }
}

}  // namespace deployctl::app
