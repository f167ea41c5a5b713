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

Error unavailable(std::string message) { return fail(ErrorKind::ExecutorUnavailable, std::move(message)); }

}  // namespace

ToolFinder::ToolFinder(std::string pinned) : directories_{"/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"} {
  if (!pinned.empty()) directories_.insert(directories_.begin(), std::move(pinned));
}

ToolFinder ToolFinder::among(std::vector<std::string> directories) {
  ToolFinder finder;
  finder.directories_ = std::move(directories);
  return finder;
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
  for (const std::string& directory : directories_) {
    std::string candidate = directory + "/" + name;
    const std::string why = why_not_executable(candidate);
    if (why.empty()) return candidate;
    if (::access(candidate.c_str(), F_OK) == 0) unusable = "cannot run " + candidate + ": " + why;
  }
  if (!unusable.empty()) return unavailable(unusable);
  return unavailable("program \"" + name + "\" not found in " + path());
}

std::string ToolFinder::path() const {
  std::string joined;
  for (const std::string& directory : directories_) joined += (joined.empty() ? "" : ":") + directory;
  return joined;
}

}  // namespace deployctl::process
