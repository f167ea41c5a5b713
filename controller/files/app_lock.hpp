#pragma once

// One run at a time for an app in an environment: flock on a file that also says who holds it. The kernel lets go of it
// when its holder ends in whatever way, so a lock that can be taken proves that the run before has ended. Movable
// value; letting it go is its destruction.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "async/clock.hpp"
#include "base/result.hpp"
#include "files/state_directory.hpp"

namespace deployctl::files {

/// Who works, for people; written into the lock file.
struct LockHolder {
  std::string who;   ///< "alice", or the CI job
  std::string host;  ///< of the machine
  std::int64_t pid = 0;
  std::string command;  ///< "deploy", "rollback"…
  WallTime since{};
};

class AppLock {
 public:
  AppLock() = default;
  AppLock(AppLock&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), is_held_(std::exchange(other.is_held_, false)) {}
  AppLock& operator=(AppLock&& other) noexcept;
  ~AppLock();

  /// Waits up to `wait` for it, told once by `waits` (may be empty) who is waited for. Errors: Conflict, naming the
  /// holder; WorkspaceFailed. Cancelling throws operation_aborted. The state directory is prepared.
  static Task<Result<AppLock>> take(const StateDirectory& state, ObjectKey key, LockHolder self, Clock& clock,
                                    Duration wait, std::function<void(const std::string& holder)> waits);
  /// Who has it now, in words; nothing: nobody. Takes nothing and writes nothing.
  static std::optional<std::string> holder_of(const StateDirectory& state, const ObjectKey& key);

 private:
  explicit AppLock(int fd) : fd_(fd) {}
  int fd_ = -1;
  bool is_held_ = false;
};

}  // namespace deployctl::files
