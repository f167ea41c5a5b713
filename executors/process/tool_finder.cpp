#include "process/tool_finder.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace deployctl::process {
namespace {

/// Empty when it can be executed, else why not.
std::string why_not_executable(const std::string& path) {
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0) return std::strerror(errno);
  if (!S_ISREG(status.st_mode)) return "not a file";
  if (::access(path.c_str(), X_OK) != 0) return std::strerror(errno);
  return {};
}

std::string joined(const std::vector<std::string>& directories) {
  std::string text;
  for (const std::string& directory : directories) text += (text.empty() ? "" : ":") + directory;
  return text;
}

Error unavailable(std::string message) { return fail(ErrorKind::ExecutorUnavailable, std::move(message)); }

}  // namespace

ToolFinder::ToolFinder(std::string pinned)
    : directories_{"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"},
      plugins_{"/usr/local/lib/docker/cli-plugins", "/usr/local/libexec/docker/cli-plugins",
               "/usr/lib/docker/cli-plugins", "/usr/libexec/docker/cli-plugins"} {
  if (pinned.empty()) return;
  directories_.insert(directories_.begin(), std::move(pinned));
  pinned_ = 1;
}

ToolFinder ToolFinder::among(std::vector<std::string> directories, std::vector<std::string> plugins) {
  ToolFinder finder;
  finder.directories_ = std::move(directories);
  finder.plugins_ = std::move(plugins);
  return finder;
}

std::vector<std::string> ToolFinder::directories_for(const std::string& name) const {
  std::vector<std::string> all = directories_;
  if (name.starts_with("docker-"))
    all.insert(all.begin() + static_cast<std::ptrdiff_t>(pinned_), plugins_.begin(), plugins_.end());
  return all;
}

Result<std::string> ToolFinder::find(std::string_view program) const {
  const std::string name(program);
  if (name.empty()) return fail(ErrorKind::Invalid, "a command without a program");
  if (name.front() == '/') {
    const std::string why = why_not_executable(name);
    if (!why.empty()) return unavailable("cannot run " + name + ": " + why);
    return name;
  }
  if (name.find('/') != std::string::npos)
    return fail(ErrorKind::Invalid, "program \"" + name + "\" is a relative path: give a name or an absolute path");
  std::string unusable;
  const std::vector<std::string> directories = directories_for(name);
  for (const std::string& directory : directories) {
    std::string candidate = directory + "/" + name;
    const std::string why = why_not_executable(candidate);
    if (why.empty()) return candidate;
    if (::access(candidate.c_str(), F_OK) == 0) unusable = "cannot run " + candidate + ": " + why;
  }
  if (!unusable.empty()) return unavailable(unusable);
  return unavailable("program \"" + name + "\" not found in " + joined(directories));
}

std::string ToolFinder::path() const { return joined(directories_); }

}  // namespace deployctl::process
