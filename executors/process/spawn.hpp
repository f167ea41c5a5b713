#pragma once

// Starts one child by posix_spawn: own process group, empty signal mask, default dispositions, stdin from /dev/null,
// stdout and stderr to pipes, every other descriptor closed. No fork, no shell. Errors are values and leave nothing
// behind: no zombie, no half-started child.

#include <sys/types.h>

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include "process/process_runner.hpp"

namespace deployctl::process {

/// Owns a descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor();
  [[nodiscard]] int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

struct SpawnRequest {
  std::string program;  ///< absolute path
  std::vector<std::string> argv;
  std::vector<std::string> environment;
  std::string directory;
  bool outlives_us = false;  ///< its output goes to memory (memory_output.hpp) instead of pipes
};

/// A started child; its pid is also its process group. The owner reaps it.
struct Spawned {
  pid_t pid = 0;
  Descriptor pidfd;  ///< readable when the child has ended
  Descriptor out;    ///< of a pipe, or of memory
  Descriptor err;
};

/// A descriptor that is readable when `pid` has ended; -1 and errno when the kernel has none or forbids it.
int open_pidfd(pid_t pid);

/// Error: Exit of kind CouldNotStart, naming the program or the directory.
std::expected<Spawned, Exit> spawn(const SpawnRequest& request);

/// Makes `directory` (0700 when it is missing), home and tmp below it, and writes the command's files. Error: Exit of
/// kind CouldNotStart, naming the path. A file's path is relative, has no "..", and no link on its way is followed.
std::expected<void, Exit> prepare_directory(const std::string& directory, const std::vector<CommandFile>& files);

}  // namespace deployctl::process
