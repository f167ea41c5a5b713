#include "sources/workspace_files.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <system_error>

#include "base/text.hpp"
#include "sources/contained.hpp"
#include "sources/left_states.hpp"
#include "sources/relative_path.hpp"

namespace deployctl::sources {
namespace {

namespace fs = std::filesystem;
/// Of the operation's directory: nobody else comes past it.
constexpr mode_t kPrivate = 0700;
// Below it the modes are those of a checkout, because a docker build copies them into its image.
constexpr mode_t kSourceDirectory = 0755;
constexpr mode_t kSourceFile = 0644;
constexpr mode_t kSourceProgram = 0755;

Error disk_error(std::string_view doing, const std::string& path, int error) {
  return fail(ErrorKind::WorkspaceFailed, "cannot " + std::string(doing) + " " + cut(one_line(path), 300) + ": " +
                                              std::generic_category().message(error));
}

/// The directories above `relative`, below `root`.
Result<void> make_parents(const std::string& root, const std::string& relative) {
  for (std::size_t slash = relative.find('/'); slash != std::string::npos; slash = relative.find('/', slash + 1)) {
    if (auto made = make_directory(root + "/" + relative.substr(0, slash), kSourceDirectory); !made) return made;
  }
  return {};
}

Result<void> write_file(const std::string& path, const ports::SourceFile& file) {
  const Descriptor out(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, kSourceFile));
  if (!out) return disk_error("create", path, errno);
  if (::fchmod(out.get(), file.executable ? kSourceProgram : kSourceFile) != 0) {
    return disk_error("set the mode of", path, errno);
  }
  std::string_view left = file.bytes;
  while (!left.empty()) {
    const ssize_t wrote = ::write(out.get(), left.data(), left.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) return disk_error("write", path, errno);
    left.remove_prefix(static_cast<std::size_t>(wrote));
  }
  return {};
}

/// A tool may have taken away its own right to enter a directory.
void make_enterable(const fs::path& directory) {
  std::error_code ignored;
  fs::permissions(directory, fs::perms::owner_all, fs::perm_options::add | fs::perm_options::nofollow, ignored);
  for (fs::directory_iterator it(directory, ignored), end; it != end; it.increment(ignored)) {
    if (fs::is_directory(it->symlink_status(ignored))) make_enterable(it->path());
  }
}

Error bad_operation_id(const std::string& id) {
  return fail(ErrorKind::Invalid, "\"" + cut(one_line(id), 64) + "\" is not an operation id");
}

Result<Workspace> fill_workspace(const std::string& directory, const ports::SourceTree& source,
                                 const std::string& path) {
  Workspace workspace{.directory = directory, .source_dir = {}};
  if (source.empty()) return workspace;
  if (auto written = write_source(directory, source); !written) return written.error();
  auto resolved = resolve_directory(directory + "/src", path);
  if (!resolved) return resolved.error();
  workspace.source_dir = std::move(*resolved);
  return workspace;
}

}  // namespace

Result<void> make_directory(const fs::path& path, unsigned mode) {
  if (::mkdir(path.c_str(), mode) != 0) {
    if (errno == EEXIST) return {};
    return disk_error("make directory", path, errno);
  }
  // Whatever the umask is.
  if (::chmod(path.c_str(), mode) != 0) return disk_error("set the mode of", path, errno);
  return {};
}

Result<void> write_source(const fs::path& directory, const ports::SourceTree& source) {
  const std::string partial = (directory / "src.partial").string();
  if (auto made = make_directory(partial, kSourceDirectory); !made) return made;
  for (const auto& [name, file] : source) {
    auto path = relative_path("spec.source", name);
    if (!path) return path.error();
    if (auto made = make_parents(partial, *path); !made) return made;
    if (auto written = write_file(partial + "/" + *path, file); !written) return written;
  }
  if (::rename(partial.c_str(), (directory / "src").c_str()) != 0) return disk_error("rename", partial, errno);
  return {};
}

Result<void> remove_tree(const fs::path& path) {
  std::error_code failed;
  fs::remove_all(path, failed);
  if (failed == std::errc::permission_denied) {
    make_enterable(path);
    fs::remove_all(path, failed);
  }
  if (failed) return disk_error("remove", path.string(), failed.value());
  return {};
}

bool is_operation_id(std::string_view name) {
  return !name.empty() && name.size() <= 64 && std::ranges::all_of(name, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  });
}

Result<std::string> resolve_directory(const std::string& root, const std::string& path) {
  auto plain = relative_path("spec.path", path);
  if (!plain) return plain.error();
  const Descriptor top = open_directory(root);
  if (!top) return disk_error("open", root, errno);
  const Descriptor found = open_beneath(top.get(), *plain, O_PATH | O_DIRECTORY);
  if (!found && (errno == ENOENT || errno == ENOTDIR)) {
    return fail(ErrorKind::Invalid, "spec.path: \"" + cut(*plain, 200) + "\" is not a directory of the source");
  }
  if (!found && leads_out(errno)) {
    return fail(ErrorKind::Invalid, "spec.path: \"" + cut(*plain, 200) + "\" leads out of the source");
  }
  if (!found) return disk_error("open", root + "/" + *plain, errno);
  std::error_code failed;
  const fs::path real = fs::read_symlink("/proc/self/fd/" + std::to_string(found.get()), failed);
  if (failed) return disk_error("resolve", root + "/" + *plain, failed.value());
  return real.string();
}

Result<Workspace> create_workspace(const fs::path& work_dir, const std::string& operation_id,
                                   const ports::SourceTree& source, const std::string& path) {
  if (!is_operation_id(operation_id)) return bad_operation_id(operation_id);
  if (auto plain = relative_path("spec.path", path); !plain) return plain.error();
  const std::string directory = (work_dir / operation_id).string();
  if (auto removed = remove_workspace(work_dir, operation_id); !removed) return removed.error();
  if (::mkdir(directory.c_str(), kPrivate) != 0) return disk_error("make directory", directory, errno);
  auto workspace = fill_workspace(directory, source, path);
  // A half made one must not stay: the disk may be full. What hindered the making may hinder this too; then it is a
  // leftover of the next start.
  if (!workspace) static_cast<void>(remove_tree(directory));
  return workspace;
}

Result<void> remove_workspace(const fs::path& work_dir, const std::string& operation_id) {
  if (!is_operation_id(operation_id)) return bad_operation_id(operation_id);
  if (auto aside = put_left_state_aside(work_dir, operation_id); !aside) return aside;
  return remove_tree(work_dir / operation_id);
}

Result<std::vector<std::string>> list_workspaces(const fs::path& work_dir) {
  std::vector<std::string> ids;
  std::error_code failed;
  for (fs::directory_iterator it(work_dir, failed), end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    std::error_code unknown;
    if (is_operation_id(name) && fs::is_directory(it->symlink_status(unknown))) ids.push_back(name);
  }
  if (failed) return disk_error("list", work_dir.string(), failed.value());
  std::ranges::sort(ids);
  return ids;
}

}  // namespace deployctl::sources
