#include "process/orphans.hpp"

#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <iterator>
#include <optional>
#include <set>
#include <utility>

#include "process/base_environment.hpp"
#include "process/run_mark.hpp"

namespace deployctl::process {
namespace {

constexpr Duration kLook = std::chrono::milliseconds(20);
constexpr Duration kRareLook = std::chrono::seconds(1);
constexpr Duration kDeath = std::chrono::seconds(5);

/// A group whose leader is no orphan of ours is not ours as a whole: then only the process itself is signalled. Without
/// `signal`: each that of its run.
void signal_all(const std::vector<Orphan>& orphans, std::optional<int> signal = {}) {
  std::set<pid_t> done;
  for (const Orphan& orphan : orphans) {
    const bool own_group = environment_variable(orphan.group, kOperationVariable) == orphan.operation;
    const bool leaderless = !read_stat(orphan.group);
    const pid_t target = (own_group || leaderless) && orphan.group > 1 ? -orphan.group : orphan.pid;
    if (done.insert(target).second) ::kill(target, signal.value_or(orphan.mark.stop.signal));
  }
}

bool is_of_run(const Orphan& orphan, const RunMark& run) { return orphan.mark.random == run.random; }

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
    orphans.push_back({pid, stat->group, stat->start, *operation, stat->name, *mark});
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

std::vector<Orphan> let_finish(const std::vector<Orphan>& orphans) {
  std::vector<Orphan> leaders;
  for (const Orphan& orphan : orphans) {
    if (!orphan.mark.stop.finishes) continue;
    const auto known =
        std::ranges::find_if(leaders, [&](const Orphan& leader) { return is_of_run(leader, orphan.mark); });
    if (known == leaders.end())
      leaders.push_back(orphan);
    else if (orphan.start < known->start || (orphan.start == known->start && orphan.pid == orphan.group))
      *known = orphan;
  }
  return leaders;
}

std::vector<Orphan> others(const std::vector<Orphan>& orphans, const std::vector<Orphan>& leaders) {
  std::vector<Orphan> rest = orphans;
  std::erase_if(rest, [&](const Orphan& orphan) {
    return std::ranges::any_of(leaders, [&](const Orphan& leader) { return is_of_run(orphan, leader.mark); });
  });
  return rest;
}

Task<std::vector<Orphan>> stop_orphans(Clock& clock, std::vector<Orphan> orphans) {
  orphans = still_alive(orphans);
  signal_all(orphans);
  const SteadyTime told = clock.steady();
  const auto past = [&](Duration more) {
    std::vector<Orphan> late;
    std::ranges::copy_if(orphans, std::back_inserter(late),
                         [&](const Orphan& orphan) { return clock.steady() >= told + orphan.mark.stop.grace + more; });
    return late;
  };
  while (!orphans.empty()) {
    signal_all(past(Duration::zero()), SIGKILL);
    if (past(kDeath).size() == orphans.size()) break;
    co_await clock.sleep_for(kLook);
    orphans = still_alive(orphans);
  }
  co_return orphans;
}

Task<std::vector<Orphan>> outlast(Clock& clock, Orphan leader) {
  Duration look = kLook;
  bool lives = true;
  while (lives && clock.wall() < leader.mark.deadline) {
    co_await clock.sleep_for(std::exchange(look, std::min(look * 2, kRareLook)));
    lives = !still_alive({leader}).empty();
  }
  std::vector<Orphan> rest;  // it may have started others since it was found
  for (Orphan& orphan : find_orphans()) {
    if (!is_of_run(orphan, leader.mark)) continue;
    if (!lives) orphan.mark.stop.grace = Duration::zero();
    rest.push_back(std::move(orphan));
  }
  co_return co_await stop_orphans(clock, std::move(rest));
}

}  // namespace deployctl::process
