// `check`: which tools are there, and of which version. A missing tool is only an error for who needs it, so the exit
// code is 0 as long as one of the types has all of its own.

#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <ostream>

#include "async/clock.hpp"
#include "base/redact.hpp"
#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "process/posix_process_runner.hpp"

namespace deployctl::cli {
namespace {

/// A way to run a tool so that it says its version.
struct Attempt {
  std::string_view name;
  std::vector<std::string> argv;
  bool is_word = false;  ///< a word of another program: it fails when the tool is not there
};

struct Tool {
  std::string_view type;
  std::vector<Attempt> attempts;  ///< one that works is enough; the first is the one people are told to get
  std::string_view remedy;
};

const std::array kTools = {
    Tool{"docker",
         {{"docker", {"docker", "--version"}}},
         "install the docker CLI (https://docs.docker.com/engine/install)"},
    Tool{
        "docker-compose",
        {{"docker compose", {"docker-compose", "version"}}, {"docker compose", {"docker", "compose", "version"}, true}},
        "install docker's compose plug-in (https://docs.docker.com/compose/install)"},
    Tool{"kubernetes",
         {{"kubectl", {"kubectl", "version", "--client"}}},
         "install kubectl (https://kubernetes.io/docs/tasks/tools)"},
    Tool{"terraform",
         {{"tofu", {"tofu", "version"}}, {"terraform", {"terraform", "version"}}},
         "install OpenTofu (https://opentofu.org/docs/intro/install) or terraform"},
    Tool{"ansible",
         {{"ansible-playbook", {"ansible-playbook", "--version"}}},
         "install ansible-core (Debian: ansible-core)"},
    Tool{"ansible", {{"ssh", {"ssh", "-V"}}}, "install the OpenSSH client (Debian: openssh-client)"},
};

/// The first "1.2.3"-like word of what a tool says of itself.
std::string version_in(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789.";
  for (std::size_t at = text.find_first_of("0123456789"); at != std::string_view::npos;
       at = text.find_first_of("0123456789", at)) {
    const std::size_t end = std::min(text.find_first_not_of(kDigits, at), text.size());
    const std::string_view word = text.substr(at, end - at);
    if (word.contains('.')) return std::string(word.ends_with('.') ? word.substr(0, word.size() - 1) : word);
    at = end;
  }
  return "unknown";
}

struct Found {
  std::string_view name;
  std::string path, version, problem;
};

/// Runs an attempt: the tool with its version, the tool with what is wrong with it, or no path.
Task<Found> tried(process::ProcessRunner& runner, const process::ToolFinder& finder, const Attempt& attempt,
                  std::string directory) {
  Found found{.name = attempt.name};
  const auto path = finder.find(attempt.argv.front());
  if (!path) co_return found;
  found.path = *path;
  process::Command command;
  command.argv = attempt.argv;
  command.env["CHECKPOINT_DISABLE"] = "1";  // terraform asks its maker for news otherwise
  const process::ProcessResult result = co_await runner.run(
      std::move(command),
      {.operation = "check", .directory = std::move(directory), .timeout = std::chrono::seconds(30), .on_line = {}});
  if (result.exit.ok()) {
    found.version = version_in(result.out.empty() ? result.err : result.out);
  } else {
    found.problem = "does not run: " + cut(one_line(result.err.empty() ? result.exit.detail : result.err), 200);
  }
  co_return found;
}

Task<Found> look_for(process::ProcessRunner& runner, const process::ToolFinder& finder, const Tool& tool,
                     std::string directory) {
  Found broken;
  for (const Attempt& attempt : tool.attempts) {
    Found found = co_await tried(runner, finder, attempt, directory);
    if (!found.version.empty()) co_return found;
    if (broken.path.empty() && !attempt.is_word) broken = std::move(found);
  }
  if (broken.path.empty()) {
    broken.name = tool.attempts.front().name;
    broken.problem = std::string(tool.remedy) + ", or name its directory with --tools-dir";
  }
  co_return broken;
}

Json row(const Tool& tool, const Found& found) {
  Json row{{"type", tool.type}, {"tool", found.name}, {"ok", found.problem.empty()}};
  if (!found.path.empty()) row["path"] = found.path;
  if (!found.version.empty()) row["version"] = found.version;
  if (!found.problem.empty()) row["problem"] = found.problem;
  return row;
}

std::string line(const Tool& tool, const Found& found) {
  const std::string what = std::string(tool.type) + ": " + std::string(found.name);
  if (found.problem.empty()) return "ok       " + what + " " + found.version + " (" + found.path + ")";
  if (found.path.empty()) return "missing  " + what + ": " + found.problem;
  return "broken   " + what + " (" + found.path + "): " + found.problem;
}

/// A private directory for the tools' HOME, gone with it.
class Scratch {
 public:
  Scratch() {
    std::string pattern = (std::filesystem::temp_directory_path() / "deployctl-check-XXXXXX").string();
    if (::mkdtemp(pattern.data()) != nullptr) path_ = pattern;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace

Task<int> check(Context& context) {
  const Scratch scratch;
  if (scratch.path().empty()) {
    complain(context, "cannot make a directory in " + std::filesystem::temp_directory_path().string());
    co_return kError;
  }
  SystemClock clock(context.executor);
  const SecretSet secrets;
  const process::ToolFinder finder(context.flags.tools_dir);
  process::PosixProcessRunner runner(context.executor, clock, secrets, finder, {}, 1);
  std::map<std::string_view, bool> whole;  // a type, and whether all its tools are there
  Json tools = Json::array();
  for (const Tool& tool : kTools) {
    const Found found = co_await look_for(runner, finder, tool, scratch.path());
    const bool works = whole.try_emplace(tool.type, true).first->second;
    whole[tool.type] = works && found.problem.empty();
    if (context.flags.output == "json") {
      tools.push_back(row(tool, found));
    } else {
      context.out << line(tool, found) << '\n';
    }
  }
  if (context.flags.output == "json") context.out << dump_json(Json{{"tools", tools}}) << '\n';
  co_return std::ranges::any_of(whole, [](const auto& type) { return type.second; }) ? kOk : kError;
}

}  // namespace deployctl::cli
