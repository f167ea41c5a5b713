#include "files/durable_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <system_error>
#include <utility>

#include "base/text.hpp"

namespace deployctl::files {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kUnfinished = ".tmp";
constexpr std::size_t kShownPath = 300;

class File {
 public:
  explicit File(int fd) : fd_(fd) {}
  File(const File&) = delete;
  File& operator=(const File&) = delete;
  ~File() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_;
};

/// 0, or errno.
int write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t wrote = ::write(fd, bytes.data(), bytes.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return errno;
    bytes.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return ::fsync(fd) == 0 ? 0 : errno;
}

/// So that the name, too, outlives the machine.
Result<void> sync_directory(const fs::path& directory) {
  const File open(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open || ::fsync(open.get()) != 0) return disk_error("sync", directory, errno);
  return {};
}

std::string_view advice(int error) {
  switch (error) {
    case ENOSPC:
    case EDQUOT: return ": make room, or name another place with --state-dir";
    case EROFS: return ": name a place that can be written with --state-dir";
    case EACCES:
    case EPERM: return ": run as its owner, or name another place with --state-dir";
    default: return "";
  }
}

}  // namespace

Error disk_error(std::string_view doing, const fs::path& path, int error) {
  return fail(ErrorKind::WorkspaceFailed, "cannot " + std::string(doing) + " " +
                                              cut(one_line(path.string()), kShownPath) + ": " +
                                              std::generic_category().message(error) + std::string(advice(error)));
}

Result<void> write_durably(const fs::path& file, std::string_view bytes) {
  std::string partial =
      (file.parent_path() / ("." + file.filename().string() + ".XXXXXX" + std::string(kUnfinished))).string();
  const File out(::mkostemps(partial.data(), static_cast<int>(kUnfinished.size()), O_CLOEXEC));
  if (!out) return disk_error("write", file, errno);
  int error = write_all(out.get(), bytes);
  if (error == 0 && ::rename(partial.c_str(), file.c_str()) != 0) error = errno;
  if (error == 0) return sync_directory(file.parent_path());
  ::unlink(partial.c_str());
  return disk_error("write", file, error);
}

Result<void> remove_durably(const fs::path& file) {
  if (::unlink(file.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return disk_error("remove", file, errno);
  }
  return sync_directory(file.parent_path());
}

Result<std::optional<std::string>> read_whole(const fs::path& file, std::size_t max_bytes) {
  // O_NONBLOCK: opening a pipe that somebody put there must not wait for its writer.
  const File in(::open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!in) {
    if (errno == ENOENT || errno == ENOTDIR) return std::optional<std::string>{};
    return disk_error("read", file, errno);
  }
  struct stat about{};
  if (::fstat(in.get(), &about) != 0) return disk_error("read", file, errno);
  if (!S_ISREG(about.st_mode))
    return fail(ErrorKind::Invalid, cut(one_line(file.string()), kShownPath) + " is no file");
  std::string bytes;
  std::array<char, 64U * 1024> piece{};
  for (;;) {
    const ssize_t got = ::read(in.get(), piece.data(), piece.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return disk_error("read", file, errno);
    if (got == 0) return std::optional(std::move(bytes));
    bytes.append(piece.data(), static_cast<std::size_t>(got));
    if (bytes.size() > max_bytes)
      return fail(ErrorKind::Invalid,
                  cut(one_line(file.string()), kShownPath) + " is larger than " + std::to_string(max_bytes) + " bytes");
  }
}

Result<std::vector<std::string>> names_in(const fs::path& directory) {
  std::vector<std::string> names;
  std::error_code failed;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end; it.increment(failed)) {
    std::string name = it->path().filename().string();
    std::error_code unknown;
    if (!name.starts_with('.') && it->is_regular_file(unknown)) names.push_back(std::move(name));
  }
  if (failed == std::errc::no_such_file_or_directory) return std::vector<std::string>{};
  if (failed) return disk_error("list", directory, failed.value());
  std::ranges::sort(names);
  return names;
}

void remove_unfinished(const fs::path& directory, std::string_view stem) {
  const std::string begin = "." + std::string(stem);
  std::error_code ignored;
  for (fs::directory_iterator it(directory, ignored), end; !ignored && it != end; it.increment(ignored)) {
    const std::string name = it->path().filename().string();
    std::error_code unknown;
    if (name.starts_with(begin) && name.ends_with(kUnfinished)) fs::remove(it->path(), unknown);
  }
}

}  // namespace deployctl::files
