#include "runtime/process_metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <sys/resource.h>
#include <unistd.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace deployctl::runtime {

namespace {

std::string read_file(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string_view> words(std::string_view text) {
  std::vector<std::string_view> found;
  while (!text.empty()) {
    const std::size_t end = text.find_first_of(" \n");
    if (end != 0) found.push_back(text.substr(0, end));
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  return found;
}

std::uint64_t number(std::string_view text) {
  std::uint64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

/// `btime` of /proc/stat: when the machine was booted.
double boot_time() {
  const std::string stat = read_file("/proc/stat");
  const std::size_t at = stat.find("btime ");
  return at == std::string::npos ? 0 : static_cast<double>(number(std::string_view(stat).substr(at + 6)));
}

double open_descriptors() {
  std::error_code error;
  auto entries = std::filesystem::directory_iterator("/proc/self/fd", error);
  double count = 0;
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) ++count;
  return count > 0 ? count - 1 : 0;  // less the one that reads the directory
}

}  // namespace

std::optional<ProcStat> parse_proc_stat(std::string_view line) {
  // proc(5): pid (comm) state ppid …; utime is field 14, stime 15, starttime 22, rss 24.
  const std::size_t close = line.rfind(')');
  if (close == std::string_view::npos) return std::nullopt;
  const std::vector<std::string_view> fields = words(line.substr(close + 1));  // [0] is field 3
  if (fields.size() < 22) return std::nullopt;
  return ProcStat{.cpu_ticks = number(fields[11]) + number(fields[12]),
                  .start_ticks = number(fields[19]),
                  .resident_pages = number(fields[21])};
}

ProcessFigures read_process_figures() {
  ProcessFigures figures;
  const auto ticks = static_cast<double>(::sysconf(_SC_CLK_TCK));
  if (const auto stat = parse_proc_stat(read_file("/proc/self/stat"))) {
    figures.cpu_seconds = static_cast<double>(stat->cpu_ticks) / ticks;
    figures.resident_bytes = static_cast<double>(stat->resident_pages) * static_cast<double>(::sysconf(_SC_PAGESIZE));
    figures.start_time_seconds = boot_time() + static_cast<double>(stat->start_ticks) / ticks;
  }
  figures.open_fds = open_descriptors();
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) == 0) figures.max_fds = static_cast<double>(limit.rlim_cur);
  return figures;
}

std::function<void()> add_process_metrics(prometheus::Registry& registry) {
  const auto gauge = [&registry](const char* name, const char* help) {
    return &prometheus::BuildGauge().Name(name).Help(help).Register(registry).Add({});
  };
  auto* cpu = &prometheus::BuildCounter()
                   .Name("process_cpu_seconds_total")
                   .Help("Total user and system CPU time spent in seconds")
                   .Register(registry)
                   .Add({});
  auto* resident = gauge("process_resident_memory_bytes", "Resident memory size in bytes");
  auto* open = gauge("process_open_fds", "Number of open file descriptors");
  auto* most = gauge("process_max_fds", "Maximum number of open file descriptors");
  auto* start = gauge("process_start_time_seconds", "Start time of the process since the epoch in seconds");
  return [cpu, resident, open, most, start] {
    const ProcessFigures figures = read_process_figures();
    cpu->Increment(figures.cpu_seconds - cpu->Value());
    resident->Set(figures.resident_bytes);
    open->Set(figures.open_fds);
    most->Set(figures.max_fds);
    start->Set(figures.start_time_seconds);
  };
}

}  // namespace deployctl::runtime
