// Starts `true` through the product's process runner, again and again, with little and with much resident memory in
// turn, and prints one JSON list: per round the median time and the mean processor time (ours and the children's) of a
// run in microseconds, and the time of a plain fork for scale.
//   bench_spawn SCRATCH_DIRECTORY

#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstring>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <vector>

#include "async/clock.hpp"
#include "base/redact.hpp"
#include "base/strict_json.hpp"
#include "process/posix_process_runner.hpp"

namespace deployctl::bench {
namespace {

constexpr int kRounds = 9;
constexpr int kRuns = 40;
constexpr int kForks = 5;
constexpr std::size_t kMuch = 1024UL * 1024 * 1024;

using Microseconds = std::chrono::duration<double, std::micro>;

double resident_mb() {
  double pages = 0;
  std::ifstream statm("/proc/self/statm");
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE)) / (1024 * 1024);
}

double median(std::vector<double> values) {
  std::ranges::sort(values);
  return values[values.size() / 2];
}

/// Ours and that of the children we reaped, in microseconds.
double processor_time() {
  double sum = 0;
  for (const int who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval& part : {used.ru_utime, used.ru_stime})
      sum += static_cast<double>(part.tv_sec) * 1e6 + static_cast<double>(part.tv_usec);
  }
  return sum;
}

template <class Work>
double took(Work work) {
  const auto before = std::chrono::steady_clock::now();
  work();
  return Microseconds(std::chrono::steady_clock::now() - before).count();
}

/// Resident as long as it lives.
class Ballast {
 public:
  Ballast() : pages_(::mmap(nullptr, kMuch, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (pages_ == MAP_FAILED) throw std::runtime_error("no memory for the ballast");
    // Huge pages would make fork look cheap: an ordinary heap has few of them.
    ::madvise(pages_, kMuch, MADV_NOHUGEPAGE);
    std::memset(pages_, 1, kMuch);
  }
  Ballast(const Ballast&) = delete;
  Ballast& operator=(const Ballast&) = delete;
  ~Ballast() { ::munmap(pages_, kMuch); }

 private:
  void* pages_;
};

class Bench {
 public:
  explicit Bench(std::string directory)
      : directory_(std::move(directory)),
        clock_(loop_.get_executor()),
        runner_(loop_.get_executor(), clock_, secrets_, process::ToolFinder(""), {}, 1) {}

  /// {"took", "processor"}
  Json spawned() {
    const double before = processor_time();
    const double took = median_of(kRuns, [this] { run_once(); });
    return Json{{"took", took}, {"processor", (processor_time() - before) / kRuns}};
  }

  static double forked() {
    return median_of(kForks, [] {
      const pid_t child = ::fork();
      if (child == 0) {
        ::execl("/bin/true", "true", nullptr);
        ::_exit(127);
      }
      ::waitpid(child, nullptr, 0);
    });
  }

 private:
  template <class Work>
  static double median_of(int times, Work work) {
    std::vector<double> all;
    for (int i = 0; i < times; ++i) all.push_back(took(work));
    return median(std::move(all));
  }

  Task<process::ProcessResult> one() {
    process::Command command;
    command.argv = {"true"};
    co_return co_await runner_.run(std::move(command),
                                   {.operation = "bench", .directory = directory_, .timeout = {}, .on_line = {}});
  }

  void run_once() {
    bool ok = false;
    asio::co_spawn(loop_, one(), [&](const std::exception_ptr& error, const process::ProcessResult& result) {
      ok = !error && result.exit.ok();
    });
    loop_.restart();
    loop_.run();
    if (!ok) throw std::runtime_error("a run failed");
  }

  std::string directory_;
  asio::io_context loop_{1};
  SystemClock clock_;
  SecretSet secrets_;
  process::PosixProcessRunner runner_;
};

Json measure(const std::string& directory) {
  Bench bench(directory);
  bench.spawned();
  Json rounds = Json::array();
  for (int i = 0; i < kRounds; ++i) {
    Json round{{"little_mb", resident_mb()}, {"little", bench.spawned()}, {"fork_little", Bench::forked()}};
    const Ballast ballast;
    round["much_mb"] = resident_mb();
    round["much"] = bench.spawned();
    round["fork_much"] = Bench::forked();
    rounds.push_back(std::move(round));
  }
  return rounds;
}

}  // namespace
}  // namespace deployctl::bench

int main(int count, char** words) {
  if (count != 2) return 2;
  std::cout << deployctl::dump_json(deployctl::bench::measure(words[1])) << '\n';
  return 0;
}
