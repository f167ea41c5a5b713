#include "compose/output.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "docker/output.hpp"
#include "process/exit_status.hpp"

namespace deployctl::compose {
namespace {

using executors::StepResult;

bool has(std::string_view text, std::string_view words) { return text.find(words) != std::string_view::npos; }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (!line.empty()) lines.push_back(line);
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return lines;
}

/// Version 1, or a docker without the plug-in.
bool is_no_compose_2(std::string_view err) {
  return has(err, "unknown flag") || has(err, "unknown shorthand flag") || has(err, "is not a docker command") ||
         has(err, "unknown docker command") || has(err, "unknown command") || has(err, "No such command") ||
         has(err, "Define and run multi-container applications with Docker.\n\nUsage:");
}

std::string without(std::string text, const std::string& directory) {
  const std::string prefix = directory + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix))
    text.erase(at, prefix.size());
  return text;
}

}  // namespace

Result<std::map<std::string, std::string>> read_hashes(std::string_view out) {
  std::map<std::string, std::string> hashes;
  for (const std::string_view line : lines_of(out)) {
    const std::size_t blank = line.find(' ');
    const std::string_view hash = blank == std::string_view::npos ? "" : line.substr(blank + 1);
    if (hash.size() < 32 || hash.find_first_not_of("0123456789abcdef") != std::string_view::npos)
      return fail(ErrorKind::StepFailed, "docker-compose gave an answer that cannot be read: \"" +
                                             cut(one_line(line), 64) + "\" is no service and hash");
    hashes.emplace(line.substr(0, blank), hash);
  }
  return hashes;
}

std::vector<std::string> undefined_variables(std::string_view err) {
  constexpr std::string_view kBefore = "The \\\"";
  constexpr std::string_view kAfter = "\\\" variable is not set";
  std::vector<std::string> names;
  for (const std::string_view line : lines_of(err)) {
    const std::size_t before = line.find(kBefore);
    const std::size_t after = line.find(kAfter);
    if (before == std::string_view::npos || after == std::string_view::npos || after < before + kBefore.size())
      continue;
    const std::string name(line.substr(before + kBefore.size(), after - before - kBefore.size()));
    if (std::ranges::find(names, name) == names.end()) names.push_back(name);
  }
  return names;
}

Error render_error(const executors::Inputs& in, const StepResult& result) {
  if (result.process.exit.kind != process::Exit::Kind::Exited)
    return process::failure("render the project", result.process);
  if (is_no_compose_2(result.process.err))
    return fail(ErrorKind::ExecutorUnavailable,
                "docker-compose is none we can use, version 2 is needed: " + process::last_line(result.process));
  // Files that include each other are listed, a line each.
  const std::size_t cycle = result.process.err.find("include cycle detected");
  std::string words = without(cycle == std::string::npos ? process::last_line(result.process)
                                                         : cut(one_line(result.process.err.substr(cycle)), 512),
                              in.source_dir);
  if (words.empty()) words = process::describe(result.process.exit);
  return fail(ErrorKind::Invalid, "compose file: " + words);
}

Error compose_build_error(const StepResult& result) {
  Error error = docker::build_error(result);
  if (error.kind == ErrorKind::StepFailed)
    for (const std::string_view words :
         {"failed to read dockerfile", "failed to solve: dockerfile", "unable to prepare context"})
      if (has(result.process.err, words)) return fail(ErrorKind::Invalid, std::move(error.message));
  return error;
}

std::vector<std::string> read_tags(std::string_view out) {
  std::vector<std::string> tags;
  for (const std::string_view line : lines_of(out)) tags.emplace_back(line);
  return tags;
}

}  // namespace deployctl::compose
