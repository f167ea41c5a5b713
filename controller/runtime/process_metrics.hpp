#pragma once

// process_* as every Prometheus client has them, read from /proc/self at each scrape (prometheus-cpp has no collector).

#include <prometheus/registry.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace deployctl::runtime {

/// What /proc says about a process. Fields that could not be read stay at zero.
struct ProcessFigures {
  double cpu_seconds = 0;
  double resident_bytes = 0;
  double open_fds = 0;
  double max_fds = 0;
  double start_time_seconds = 0;  ///< since the epoch
};

struct ProcStat {
  std::uint64_t cpu_ticks = 0;    ///< user and system
  std::uint64_t start_ticks = 0;  ///< since boot
  std::uint64_t resident_pages = 0;
  bool operator==(const ProcStat&) const = default;
};
/// Reads /proc/PID/stat; the program's name in it may hold spaces and brackets. Nothing when it is cut short.
std::optional<ProcStat> parse_proc_stat(std::string_view line);

ProcessFigures read_process_figures();

/// Adds the families to `registry`; the returned function reads the figures anew.
std::function<void()> add_process_metrics(prometheus::Registry& registry);

}  // namespace deployctl::runtime
