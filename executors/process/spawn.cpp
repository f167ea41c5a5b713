#include "process/spawn.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>

#include "process/memory_output.hpp"

namespace deployctl::process {
namespace {

Exit could_not(const std::string& what, int error) {
  return {Exit::Kind::CouldNotStart, error, what + ": " + std::strerror(error)};
}

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};

std::expected<Pipe, Exit> make_pipe() {
  int ends[2] = {-1, -1};
  if (::pipe2(ends, O_CLOEXEC) != 0) return std::unexpected(could_not("cannot make a pipe", errno));
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

/// Both ends are the same file.
std::expected<Pipe, Exit> make_memory() {
  Pipe both;
  both.writing = make_memory_output();
  if (both.writing.get() >= 0) both.reading = Descriptor(::fcntl(both.writing.get(), F_DUPFD_CLOEXEC, 0));
  if (both.reading.get() < 0) return std::unexpected(could_not("cannot make room for output", errno));
  return both;
}

class Actions {
 public:
  Actions() { ::posix_spawn_file_actions_init(&actions_); }
  ~Actions() { ::posix_spawn_file_actions_destroy(&actions_); }
  Actions(const Actions&) = delete;
  Actions& operator=(const Actions&) = delete;
  posix_spawn_file_actions_t* get() { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    ::posix_spawnattr_setpgroup(&attributes_, 0);
    sigset_t signals;
    sigemptyset(&signals);
    ::posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    ::posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// posix_spawn wants arrays of char*, and promises not to write to them.
std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  result.reserve(words.size() + 1);
  for (const std::string& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

bool has_nul(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word.find('\0') != std::string::npos) return true;
  return false;
}

/// posix_spawn gives one errno for directory and program: look which it was.
Exit why_not_started(const SpawnRequest& request, int error) {
  if (::access(request.directory.c_str(), X_OK) != 0) return could_not("cannot enter " + request.directory, errno);
  return could_not("cannot run " + request.program, error);
}

}  // namespace

Descriptor::~Descriptor() {
  if (fd_ >= 0) ::close(fd_);
}

int open_pidfd(pid_t pid) {
  // glibc 2.36 declares pidfd_open without C linkage.
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

std::expected<Spawned, Exit> spawn(const SpawnRequest& request) {
  if (has_nul(request.argv) || has_nul(request.environment))
    return std::unexpected(could_not("an argument or variable of " + request.program + " holds a NUL byte", EINVAL));
  const auto make = request.outlives_us ? make_memory : make_pipe;
  auto out = make();
  if (!out) return std::unexpected(out.error());
  auto err = make();
  if (!err) return std::unexpected(err.error());

  Actions actions;
  ::posix_spawn_file_actions_addopen(actions.get(), STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(actions.get(), out->writing.get(), STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(actions.get(), err->writing.get(), STDERR_FILENO);
  ::posix_spawn_file_actions_addclosefrom_np(actions.get(), STDERR_FILENO + 1);
  ::posix_spawn_file_actions_addchdir_np(actions.get(), request.directory.c_str());
  const Attributes attributes;
  const std::vector<char*> argv = pointers(request.argv);
  const std::vector<char*> environment = pointers(request.environment);

  pid_t pid = 0;
  const int error =
      ::posix_spawn(&pid, request.program.c_str(), actions.get(), attributes.get(), argv.data(), environment.data());
  if (error != 0) return std::unexpected(why_not_started(request, error));
  const int pidfd = open_pidfd(pid);
  if (pidfd < 0) {
    const int reason = errno;
    ::kill(-pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return std::unexpected(could_not("cannot watch " + request.program, reason));
  }
  return Spawned{pid, Descriptor(pidfd), std::move(out->reading), std::move(err->reading)};
}

}  // namespace deployctl::process
