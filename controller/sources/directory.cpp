#include "sources/directory.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "base/text.hpp"
#include "sources/relative_path.hpp"

namespace deployctl::sources {
namespace {

constexpr std::string_view kField = "spec.source.directory";

Error refuse(ErrorKind kind, const std::string& what) { return fail(kind, std::string(kField) + ": " + what); }
std::string quoted(const std::string& path) { return "\"" + cut(one_line(path), 200) + "\""; }

Error cannot_open(const std::string& path, int error) {
  if (error == ELOOP) {
    return refuse(ErrorKind::Invalid, quoted(path) + " is a link that leads in a circle or into /proc; remove it");
  }
  if (leads_out(error)) {
    return refuse(ErrorKind::Invalid, quoted(path) + " is a link that leads out of the source; put a copy inside");
  }
  if (error == ENOENT) return refuse(ErrorKind::SourceFailed, quoted(path) + " vanished or is a link to nothing");
  if (error == ENXIO) return refuse(ErrorKind::Invalid, quoted(path) + " is not a file or directory; remove it");
  return refuse(ErrorKind::SourceFailed, "cannot open " + quoted(path) + ": " + std::strerror(error));
}

/// One walk over a directory; counts against the limits as it goes.
class TreeReader {
 public:
  TreeReader(int root, const SourceLimits& limits) : root_(root), limits_(limits) {}

  Result<void> read_directory(int fd, const std::string& path, std::size_t depth) {
    if (depth > limits_.max_depth) {
      return refuse(ErrorKind::Invalid, quoted(path) + " is nested deeper than " + std::to_string(limits_.max_depth) +
                                            " directories; a link may lead back to its own directory");
    }
    auto names = names_in(fd, path);
    if (!names) return names.error();
    for (const std::string& name : *names) {
      if (++entries_ > limits_.max_files) {
        return refuse(ErrorKind::Invalid,
                      "more than " + std::to_string(limits_.max_files) + " files and directories; use a smaller one");
      }
      if (auto read = read_entry(path.empty() ? name : path + "/" + name, depth); !read) return read;
    }
    return {};
  }

  ports::SourceTree take() { return std::move(files_); }

 private:
  Result<std::vector<std::string>> names_in(int fd, const std::string& path) {
    Descriptor own(::openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    const std::unique_ptr<DIR, int (*)(DIR*)> listing(own ? ::fdopendir(own.get()) : nullptr, ::closedir);
    if (!listing) return cannot_open(path, errno);
    static_cast<void>(own.release());
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(listing.get())) {
      const std::string name = static_cast<const char*>(entry->d_name);
      if (name == "." || name == ".." || name == ".git") continue;
      if (names.size() > limits_.max_files) break;  // the caller's count refuses it
      names.push_back(name);
      errno = 0;
    }
    if (errno != 0) return refuse(ErrorKind::SourceFailed, "cannot list " + quoted(path) + ": " + std::strerror(errno));
    std::ranges::sort(names);
    return names;
  }

  Result<void> read_entry(const std::string& path, std::size_t depth) {
    // O_NONBLOCK: opening a pipe must not wait for its writer.
    const Descriptor entry = open_beneath(root_, path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
    if (!entry) return cannot_open(path, errno);
    struct stat about{};
    if (::fstat(entry.get(), &about) != 0) return cannot_open(path, errno);
    if (S_ISDIR(about.st_mode)) return read_directory(entry.get(), path, depth + 1);
    if (!S_ISREG(about.st_mode)) return cannot_open(path, ENXIO);
    if (auto plain = relative_path(kField, path); !plain) return plain.error();
    return read_file(entry.get(), path, (about.st_mode & S_IXUSR) != 0);
  }

  Result<void> read_file(int fd, const std::string& path, bool executable) {
    ports::SourceFile file{.bytes = {}, .executable = executable};
    std::array<char, 64U * 1024> chunk{};
    for (;;) {
      const ssize_t got = ::read(fd, chunk.data(), chunk.size());
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return refuse(ErrorKind::SourceFailed, "cannot read " + quoted(path) + ": " + std::strerror(errno));
      if (got == 0) break;
      bytes_ += static_cast<std::size_t>(got);
      if (bytes_ > limits_.max_bytes) {
        return refuse(ErrorKind::Invalid, "larger than " + std::to_string(limits_.max_bytes) + " bytes in all at " +
                                              quoted(path) + "; use a smaller directory");
      }
      file.bytes.append(chunk.data(), static_cast<std::size_t>(got));
    }
    files_.emplace(path, std::move(file));
    return {};
  }

  int root_;
  const SourceLimits& limits_;
  std::size_t entries_ = 0;
  std::size_t bytes_ = 0;
  ports::SourceTree files_;
};

}  // namespace

Result<Descriptor> open_source_directory(const std::string& source_root, const std::string& ns,
                                         const std::string& path) {
  auto plain = relative_path("spec.source.directory.path", path);
  if (!plain) return plain.error();
  if (ns.empty() || ns == "." || ns == ".." || ns.contains('/')) {
    return refuse(ErrorKind::Invalid, "namespace " + quoted(ns) + " is not a directory name");
  }
  const Descriptor root = open_directory(source_root);
  if (!root)
    return refuse(ErrorKind::SourceFailed, "cannot open the source root: " + std::string(std::strerror(errno)));
  const Descriptor tenant = open_beneath(root.get(), ns, O_RDONLY | O_DIRECTORY);
  if (!tenant) {
    return refuse(ErrorKind::DependencyNotReady, "the source root has no directory for namespace " + quoted(ns));
  }
  Descriptor directory = open_beneath(tenant.get(), *plain, O_RDONLY | O_DIRECTORY);
  if (directory) return directory;
  const int error = errno;
  if (error == ENOENT) {
    return refuse(ErrorKind::DependencyNotReady,
                  quoted(path) + " does not exist below the source root of namespace " + quoted(ns) + "; create it");
  }
  if (error == ENOTDIR) return refuse(ErrorKind::Invalid, quoted(path) + " is not a directory");
  if (leads_out(error)) {
    return refuse(ErrorKind::Invalid, quoted(path) + " leads out of the source root of its namespace");
  }
  return cannot_open(path, error);
}

Result<ports::SourceTree> read_tree(const Descriptor& directory, const SourceLimits& limits) {
  TreeReader reader(directory.get(), limits);
  if (auto read = reader.read_directory(directory.get(), "", 0); !read) return read.error();
  return reader.take();
}

}  // namespace deployctl::sources
