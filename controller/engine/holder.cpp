#include "engine/holder.hpp"

#include <unistd.h>

#include <array>
#include <fstream>
#include <iterator>
#include <sstream>

#include "base/random.hpp"
#include "base/sha256.hpp"

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

api::Holder own_holder(std::string pod_uid, std::string node) {
  api::Holder self;
  self.pod_uid = std::move(pod_uid);
  self.node = node.empty() ? host_name() : std::move(node);
  self.pid = ::getpid();
  self.process_start = look_at_process(self.pid).start;
  self.boot_id = first_line("/proc/sys/kernel/random/boot_id");
  self.identity = self.node + "_" + std::to_string(self.pid) + "_" + sha256_hex(random_bytes(16)).substr(0, 12);
  return self;
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

}  // namespace deployctl::engine
