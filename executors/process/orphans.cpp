#include "process/orphans.hpp"

#include <unistd.h>

#include <csignal>
#include <set>

#include "process/base_environment.hpp"
#include "process/run_mark.hpp"

namespace deployctl::process {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(20);
constexpr Duration kDeath = std::chrono::seconds(5);

/// A group whose leader is no orphan of ours is not ours as a whole: then only the process itself is signalled.
void signal_all(const std::vector<Orphan>& orphans, int signal) {
  std::set<pid_t> done;
  for (const Orphan& orphan : orphans) {
    const bool own_group = environment_variable(orphan.group, kOperationVariable) == orphan.operation;
    const bool leaderless = !read_stat(orphan.group);
    const pid_t target = (own_group || leaderless) && orphan.group > 1 ? -orphan.group : orphan.pid;
    if (done.insert(target).second) ::kill(target, signal);
  }
}

Task<std::vector<Orphan>> wait_for_end(Clock& clock, std::vector<Orphan> orphans, Duration limit) {
  const SteadyTime deadline = clock.steady() + limit;
  orphans = still_alive(orphans);
  while (!orphans.empty() && clock.steady() < deadline) {
    co_await clock.sleep_for(kLook);
    orphans = still_alive(orphans);
  }
  co_return orphans;
}

}  // namespace

std::vector<Orphan> find_orphans() {
  const std::uint64_t here = pid_namespace(::getpid());
  std::vector<Orphan> orphans;
  for (const pid_t pid : all_processes()) {
    const auto operation = environment_variable(pid, kOperationVariable);
    if (!operation || pid == ::getpid()) continue;
    const auto mark_text = environment_variable(pid, kRunVariable);
    const auto mark = mark_text ? RunMark::parse(*mark_text) : std::nullopt;
    if (!mark || mark->pid_namespace != here || mark->holder_lives()) continue;
    const auto stat = read_stat(pid);
    if (!stat || stat->is_zombie()) continue;
    orphans.push_back({pid, stat->group, stat->start, *operation, stat->name});
  }
  return orphans;
}

std::vector<Orphan> still_alive(const std::vector<Orphan>& orphans) {
  std::vector<Orphan> alive;
  for (const Orphan& orphan : orphans) {
    const auto stat = read_stat(orphan.pid);
    if (stat && stat->start == orphan.start && !stat->is_zombie()) alive.push_back(orphan);
  }
  return alive;
}

Task<std::vector<Orphan>> stop_orphans(Clock& clock, std::vector<Orphan> orphans, Duration grace) {
  signal_all(still_alive(orphans), SIGTERM);
  orphans = co_await wait_for_end(clock, std::move(orphans), grace);
  signal_all(orphans, SIGKILL);
  co_return co_await wait_for_end(clock, std::move(orphans), kDeath);
}

}  // namespace deployctl::process
