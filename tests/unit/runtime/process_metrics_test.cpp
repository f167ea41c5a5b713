#include "runtime/process_metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <chrono>

#include "runtime/metrics.hpp"

namespace deployctl::runtime {
namespace {

TEST(ProcessMetrics, TheNameOfAProgramMayHoldSpacesAndBrackets) {
  const auto stat = parse_proc_stat(
      "4711 (a) b (c) S 1 4711 4711 0 -1 4194304 5 0 0 0 70 30 0 0 20 0 3 0 9000 123456 512 18446744073709551615 1 "
      "1\n");
  EXPECT_EQ(stat, (ProcStat{.cpu_ticks = 100, .start_ticks = 9000, .resident_pages = 512}));
}

TEST(ProcessMetrics, ALineThatIsCutShortIsNothing) {
  EXPECT_EQ(parse_proc_stat("4711 (a) S 1 4711"), std::nullopt);
  EXPECT_EQ(parse_proc_stat(""), std::nullopt);
}

TEST(ProcessMetrics, FiguresAreThoseOfThisProcess) {
  const ProcessFigures before = read_process_figures();
  const int descriptor = ::dup(0);
  const ProcessFigures after = read_process_figures();
  ::close(descriptor);
  EXPECT_EQ(after.open_fds, before.open_fds + 1);
  EXPECT_GT(after.resident_bytes, 1'000'000);
  EXPECT_GT(after.max_fds, after.open_fds);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(after.start_time_seconds, now + 2);
  EXPECT_GT(after.start_time_seconds, now - 3600);
}

TEST(ProcessMetrics, AreServedWithEveryScrape) {
  const std::string text = Metrics(1).serialize();
  for (const char* name : {"process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds",
                           "process_max_fds", "process_start_time_seconds"})
    EXPECT_THAT(text, testing::HasSubstr("\n" + std::string(name) + " "));
}

}  // namespace
}  // namespace deployctl::runtime
