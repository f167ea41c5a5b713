#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

#include "process/spawn.hpp"

namespace deployctl::process {
namespace {

Exit could_not(const std::string& what, int error) {
  return {Exit::Kind::CouldNotStart, error, what + ": " + std::strerror(error)};
}

/// Opens the folder `name` in `parent`, made 0700 when it is missing; never through a link.
Descriptor enter(int parent, const std::string& name) {
  if (::mkdirat(parent, name.c_str(), 0700) != 0 && errno != EEXIST) return Descriptor();
  return Descriptor(::openat(parent, name.c_str(), O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_RDONLY));
}

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

/// errno of what went wrong, 0 when the file is there.
int write_file(int root, const CommandFile& file) {
  std::string_view rest = file.path;
  Descriptor folder(::dup(root));
  for (std::size_t slash = 0; (slash = rest.find('/')) != std::string_view::npos; rest.remove_prefix(slash + 1)) {
    const std::string name(rest.substr(0, slash));
    if (name.empty() || name == "." || name == "..") return EINVAL;
    folder = enter(folder.get(), name);
    if (folder.get() < 0) return errno;
  }
  const std::string name(rest);
  if (name.empty() || name == "." || name == "..") return EINVAL;
  // Written anew each time: a repeated step must not meet the mode of an older file.
  ::unlinkat(folder.get(), name.c_str(), 0);
  const Descriptor open(
      ::openat(folder.get(), name.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
  if (open.get() < 0) return errno;
  if (!write_all(open.get(), file.bytes)) return errno;
  return ::fchmod(open.get(), static_cast<mode_t>(file.mode)) == 0 ? 0 : errno;
}

}  // namespace

std::expected<void, Exit> prepare_directory(const std::string& directory, const std::vector<CommandFile>& files) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST)
    return std::unexpected(could_not("cannot make " + directory, errno));
  const Descriptor root(::open(directory.c_str(), O_DIRECTORY | O_RDONLY | O_CLOEXEC));
  if (root.get() < 0) return std::unexpected(could_not("cannot enter " + directory, errno));
  for (const char* name : {"home", "tmp"})
    if (enter(root.get(), name).get() < 0)
      return std::unexpected(could_not("cannot make " + directory + "/" + name, errno));
  for (const CommandFile& file : files)
    if (const int error = write_file(root.get(), file); error != 0)
      return std::unexpected(could_not("cannot write " + directory + "/" + file.path, error));
  return {};
}

}  // namespace deployctl::process
