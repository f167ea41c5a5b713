#include "process/process_table.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <charconv>
#include <memory>
#include <sstream>

namespace deployctl::process {
namespace {

// The kernel shows at most the strings it was started with; a child of ours has far less.
constexpr std::size_t kMostRead = 4U * 1024 * 1024;

std::optional<std::string> read_file(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string content;
  char buffer[8192];
  ssize_t count = 0;
  while (content.size() < kMostRead && (count = ::read(fd, buffer, sizeof buffer)) > 0)
    content.append(buffer, static_cast<std::size_t>(count));
  ::close(fd);
  if (count < 0) return std::nullopt;
  return content;
}

/// The entries of a directory whose names are numbers.
std::vector<pid_t> numbered(const char* directory) {
  std::vector<pid_t> numbers;
  const std::unique_ptr<DIR, int (*)(DIR*)> open(::opendir(directory), &::closedir);
  if (!open) return numbers;
  while (const dirent* entry = ::readdir(open.get())) {
    const std::string_view name = entry->d_name;
    pid_t number = 0;
    const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
    if (error == std::errc() && end == name.data() + name.size()) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace

std::optional<ProcessStat> read_stat(pid_t pid) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/stat");
  if (!text) return std::nullopt;
  // "pid (name) state ppid pgrp …": the name may hold blanks and parentheses, so look for the last one.
  const std::size_t open = text->find('(');
  const std::size_t close = text->rfind(')');
  if (open == std::string::npos || close == std::string::npos || close < open) return std::nullopt;
  ProcessStat stat{.pid = pid, .name = text->substr(open + 1, close - open - 1)};
  std::istringstream fields(text->substr(close + 1));
  fields >> stat.state >> stat.parent >> stat.group;
  std::string skipped;
  for (int field = 6; field <= 21; ++field) fields >> skipped;  // proc(5): starttime is field 22
  fields >> stat.start;
  if (!fields) return std::nullopt;
  return stat;
}

std::optional<std::string> environment_variable(pid_t pid, std::string_view name) {
  const auto text = read_file("/proc/" + std::to_string(pid) + "/environ");
  if (!text) return std::nullopt;
  std::string_view rest = *text;
  while (!rest.empty()) {
    const std::string_view variable = rest.substr(0, rest.find('\0'));
    if (variable.size() > name.size() && variable.starts_with(name) && variable[name.size()] == '=')
      return std::string(variable.substr(name.size() + 1));
    rest.remove_prefix(std::min(rest.size(), variable.size() + 1));
  }
  return std::nullopt;
}

std::vector<pid_t> all_processes() { return numbered("/proc"); }

std::vector<pid_t> own_children() {
  std::vector<pid_t> children;
  bool known = false;
  for (const pid_t thread : numbered("/proc/self/task")) {
    const auto text = read_file("/proc/self/task/" + std::to_string(thread) + "/children");
    if (!text) continue;
    known = true;
    std::istringstream pids(*text);
    for (pid_t pid = 0; pids >> pid;) children.push_back(pid);
  }
  if (known) return children;
  // A kernel without CONFIG_PROC_CHILDREN: ask every process for its parent.
  for (const pid_t pid : all_processes()) {
    const auto stat = read_stat(pid);
    if (stat && stat->parent == ::getpid()) children.push_back(pid);
  }
  return children;
}

std::uint64_t pid_namespace(pid_t pid) {
  struct stat status{};
  const std::string path = "/proc/" + std::to_string(pid) + "/ns/pid";
  return ::stat(path.c_str(), &status) == 0 ? static_cast<std::uint64_t>(status.st_ino) : 0;
}

}  // namespace deployctl::process
