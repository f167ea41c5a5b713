#pragma once

// What the stand-in tools share: each writes down its runs, one line each, in the file `journal` beside itself.

#include <fcntl.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

namespace deployctl::bench {

inline std::filesystem::path own_directory() { return std::filesystem::read_symlink("/proc/self/exe").parent_path(); }

inline void write_down(const std::string& tool, const std::vector<std::string>& arguments) {
  std::string line = tool;
  for (const std::string& argument : arguments) line += " " + argument.substr(0, 60);
  line += '\n';
  // One write of an O_APPEND file: lines of processes that run at once do not mix.
  const int file = ::open((own_directory() / "journal").c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0 || ::write(file, line.data(), line.size()) < 0) ::_exit(70);
  ::close(file);
}

inline std::string value_of(const std::string& argument, const std::string& option) {
  const std::string prefix = "--" + option + "=";
  return argument.starts_with(prefix) ? argument.substr(prefix.size()) : std::string();
}

}  // namespace deployctl::bench
