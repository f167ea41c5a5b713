#pragma once

// What /proc says about processes: parents, groups, marks in their environment. Plain reads, no state; a process that
// ends while it is read is simply not there.

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace deployctl::process {

struct ProcessStat {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t group = 0;
  char state = '?';         ///< Z: ended, not reaped yet
  std::uint64_t start = 0;  ///< in clock ticks since boot: with the pid it names a process for ever
  std::string name;
  [[nodiscard]] bool is_zombie() const { return state == 'Z' || state == 'X'; }
};

std::optional<ProcessStat> read_stat(pid_t pid);
/// The value of `name` in the environment the process was started with; nothing for zombies and foreign users'.
std::optional<std::string> environment_variable(pid_t pid, std::string_view name);
std::vector<pid_t> all_processes();
/// Our own children, adopted ones and zombies included.
std::vector<pid_t> own_children();
/// Tells apart processes of equal number in different containers; 0 when it cannot be read.
std::uint64_t pid_namespace(pid_t pid);

}  // namespace deployctl::process
