#include "engine/holder.hpp"

#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/random.hpp"
#include "base/ulid.hpp"

namespace deployctl::engine {

namespace {

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string host_name() {
  std::array<char, 256> name{};
  if (::gethostname(name.data(), name.size() - 1) != 0) return "unknown";
  return name.data();
}

/// A name as Kubernetes gives them: what stands in a status may be anything, and becomes part of a path.
bool is_name(std::string_view text) {
  const auto fits = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.'; };
  return !text.empty() && text.front() != '.' && std::ranges::all_of(text, fits);
}

/// The run in which `born` lies has ended. Times of a status are whole seconds: one that was born in the second in
/// which a run ended may be of the next run.
bool has_ended(const std::vector<ports::EndedRun>& runs, WallTime born) {
  const auto second = std::chrono::floor<std::chrono::seconds>(born);
  return std::ranges::any_of(runs,
                             [&](const ports::EndedRun& run) { return run.started <= second && second < run.ended; });
}

HolderProof may_not(const std::string& what) {
  return {.dead = false,
          .missing = "nothing proves that it has ended, because this controller may not " + what +
                     ": grant it, as crds/rbac.yaml does"};
}

HolderProof cannot(const Error& error) {
  return {.dead = false, .missing = "nothing proves yet that it has ended: " + error.message};
}

}  // namespace

ProcessLook look_at_process(std::int64_t pid) {
  const std::string stat = first_line("/proc/" + std::to_string(pid) + "/stat");
  // The second field is the program's name in brackets and may hold anything: count from its last bracket.
  const std::size_t name_end = stat.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream rest(stat.substr(name_end + 1));
  std::string field;
  for (int number = 3; number <= 22 && rest >> field; ++number) {
    if (number == 3 && (field == "Z" || field == "X")) return {};  // ended, only not yet waited for
    if (number == 22) return {.exists = true, .start = std::strtoll(field.c_str(), nullptr, 10)};
  }
  return {};
}

api::Holder own_holder(const OwnPod& pod, WallTime now) {
  api::Holder self;
  self.pod_uid = pod.uid;
  self.node = pod.uid.empty() ? host_name() : pod.node;
  self.pid = ::getpid();
  self.process_start = look_at_process(self.pid).start;
  self.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  const std::string place =
      pod.uid.empty() ? self.node + "_" + std::to_string(self.pid) : ObjectKey{pod.ns, pod.name}.str();
  self.identity = place + "_" + make_ulid(now, random_bytes(10));
  return self;
}

std::string own_user() {
  std::array<char, 4096> room{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(::getuid(), &entry, room.data(), room.size(), &found) != 0 || found == nullptr) return {};
  return found->pw_name;
}

bool is_proven_dead(const api::Holder& holder, const api::Holder& self, const ProcessLook& look) {
  if (holder.identity == self.identity) return false;
  if (!holder.pod_uid.empty() || !self.pod_uid.empty()) {
    if (holder.pod_uid != self.pod_uid) return false;
    // Containers of one pod follow each other: a process that started before us in our pod has ended.
    if (holder.boot_id == self.boot_id) return holder.process_start < self.process_start;
    return true;
  }
  if (holder.node != self.node || holder.boot_id.empty()) return false;
  if (holder.boot_id != self.boot_id) return true;
  return !look.exists || look.start != holder.process_start;
}

std::optional<HolderPod> pod_of(const api::Holder& holder) {
  if (holder.pod_uid.empty()) return std::nullopt;
  const std::string_view identity = holder.identity;
  const std::size_t slash = identity.find('/');
  const std::size_t born_at = identity.rfind('_');
  if (slash == std::string_view::npos || born_at == std::string_view::npos || born_at < slash) return std::nullopt;
  const std::string_view ns = identity.substr(0, slash);
  const std::string_view name = identity.substr(slash + 1, born_at - slash - 1);
  const auto born = time_of_ulid(identity.substr(born_at + 1));
  if (!is_name(ns) || !is_name(name) || !born) return std::nullopt;
  return HolderPod{.key = {std::string(ns), std::string(name)}, .born = *born};
}

std::optional<HolderProof> proof_by_pod(const api::Holder& holder, const HolderPod& pod,
                                        const Result<std::optional<ports::PodSeen>>& seen) {
  if (!seen && seen.error().kind == ErrorKind::Forbidden) return may_not("get pods in namespace " + pod.key.ns);
  if (!seen) return cannot(seen.error());
  if (!*seen || (*seen)->uid != holder.pod_uid) return std::nullopt;
  const auto& containers = (*seen)->containers;
  const bool ended = !containers.empty() &&
                     std::ranges::all_of(containers, [&](const auto& runs) { return has_ended(runs, pod.born); });
  if (ended) return HolderProof{.dead = true, .missing = {}};
  return HolderProof{.dead = false, .missing = "its Pod is there, and does not say that its container has ended"};
}

HolderProof proof_by_node(const api::Holder& holder, const HolderPod& pod,
                          const Result<std::optional<ports::NodeSeen>>& seen) {
  if (!seen && seen.error().kind == ErrorKind::Forbidden) return may_not("get nodes");
  if (!seen) return cannot(seen.error());
  if (!*seen || (*seen)->ready) return {.dead = true, .missing = {}};
  return {.dead = false,
          .missing = "its Pod " + pod.key.str() + " is gone, but Node " + holder.node +
                     " is not Ready and may still run it: delete the Node when it is gone for good"};
}

}  // namespace deployctl::engine
