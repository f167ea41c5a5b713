#include "files/app_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "files/durable_file.hpp"

namespace deployctl::files {
namespace {

constexpr std::size_t kMostBytes = 4096;
constexpr std::size_t kShown = 128;
constexpr Duration kPoll = std::chrono::milliseconds(100);

std::string text_of(const LockHolder& holder) {
  return dump_json(Json{{"who", holder.who},
                        {"host", holder.host},
                        {"pid", holder.pid},
                        {"command", holder.command},
                        {"since", format_rfc3339(holder.since)}}) +
         "\n";
}

/// "alice (deploy, pid 12 on build-1, since 2026-…)"; anything may stand in the file.
std::string holder_words(const std::filesystem::path& file) {
  auto read = read_whole(file, kMostBytes);
  const std::optional<std::string> bytes = read ? std::move(*read) : std::nullopt;
  if (!bytes) return "another run";
  const auto json = parse_json(*bytes);
  if (!json || !json->is_object()) return "another run";
  const auto said = [&](const char* name) {
    const auto found = json->find(name);
    return found != json->end() && found->is_string() ? cut(one_line(found->get<std::string>()), kShown) : "?";
  };
  const auto pid = json->find("pid");
  const std::string number = pid != json->end() && pid->is_number_integer() ? pid->dump() : "?";
  return said("who") + " (" + said("command") + ", pid " + number + " on " + said("host") + ", since " + said("since") +
         ")";
}

/// What it says is for people alone: a write that fails (disk full) does not matter.
void write_holder(int fd, const std::string& text) {
  if (::ftruncate(fd, 0) != 0) return;
  static_cast<void>(::pwrite(fd, text.data(), text.size(), 0) < 0);
}

}  // namespace

AppLock& AppLock::operator=(AppLock&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(is_held_, other.is_held_);
  return *this;
}

AppLock::~AppLock() {
  if (fd_ < 0) return;
  if (is_held_) static_cast<void>(::ftruncate(fd_, 0) != 0);  // what stands in it is the other's otherwise
  ::close(fd_);
}

std::optional<std::string> AppLock::holder_of(const StateDirectory& state, const ObjectKey& key) {
  const auto file = state.lock(key);
  const AppLock look(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (look.fd_ < 0 || ::flock(look.fd_, LOCK_SH | LOCK_NB) == 0 || errno != EWOULDBLOCK) return std::nullopt;
  return holder_words(file);
}

Task<Result<AppLock>> AppLock::take(const StateDirectory& state, ObjectKey key, LockHolder self, Clock& clock,
                                    Duration wait, std::function<void(const std::string& holder)> waits) {
  const auto file = state.lock(key);
  AppLock lock(::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (lock.fd_ < 0) co_return disk_error("open", file, errno);
  const SteadyTime deadline = clock.steady() + wait;
  bool told = false;
  while (::flock(lock.fd_, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) co_return disk_error("lock", file, errno);
    const std::string holder = holder_words(file);
    if (clock.steady() >= deadline)
      co_return fail(ErrorKind::Conflict, key.name + " in " + key.ns + " is being worked on by " + holder +
                                              ": wait for it, or use --wait-lock");
    if (!std::exchange(told, true) && waits) waits(holder);
    co_await clock.sleep_until(std::min(deadline, clock.steady() + kPoll));
  }
  lock.is_held_ = true;
  write_holder(lock.fd_, text_of(self));
  co_return std::move(lock);
}

}  // namespace deployctl::files
