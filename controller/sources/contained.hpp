#pragma once

// Opening files so that nothing leads out of a directory: openat2 with RESOLVE_BENEATH and RESOLVE_NO_MAGICLINKS, from
// a descriptor. The kernel checks while it walks, so a symlink swapped after a look cannot win (faults S6, S7, S8).

#include <string>
#include <utility>

#include "base/result.hpp"

namespace deployctl::sources {

/// An open file descriptor; closed when it ends.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

/// Opens `path` below the directory `root`; empty is `root` itself. On failure the descriptor is empty and errno says
/// why: EXDEV leads out, ELOOP is a loop or a link into /proc.
Descriptor open_beneath(int root, const std::string& path, int flags);

/// A directory of ours by its path, symlinks followed.
Descriptor open_directory(const std::string& path);

/// Whether errno of open_beneath means "leads out".
bool leads_out(int error);

}  // namespace deployctl::sources
