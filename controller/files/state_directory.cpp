#include "files/state_directory.hpp"

#include <pwd.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "files/durable_file.hpp"

namespace deployctl::files {
namespace {

namespace fs = std::filesystem;

std::string user_name(uid_t user) {
  passwd entry{};
  passwd* found = nullptr;
  std::array<char, 4096> room{};
  if (::getpwuid_r(user, &entry, room.data(), room.size(), &found) == 0 && found != nullptr) return found->pw_name;
  return "uid " + std::to_string(user);
}

Result<void> make_private(const fs::path& directory) {
  if (::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return disk_error("make", directory, errno);
  struct stat about{};
  if (::stat(directory.c_str(), &about) != 0) return disk_error("look at", directory, errno);
  if (!S_ISDIR(about.st_mode)) return disk_error("use", directory, ENOTDIR);
  if (about.st_uid != ::geteuid())
    return fail(ErrorKind::WorkspaceFailed, directory.string() + " belongs to " + user_name(about.st_uid) +
                                                ": run as that user, or name another place with --state-dir");
  if ((about.st_mode & 0077) != 0 && ::chmod(directory.c_str(), 0700) != 0)
    return disk_error("make private", directory, errno);
  return {};
}

}  // namespace

fs::path StateDirectory::attachment(const ObjectKey& key, ports::Attachment what) const {
  return attachments() / (stem(key) + (what == ports::Attachment::Plan ? ".plan" : ".outputs"));
}

std::optional<ObjectKey> StateDirectory::key_of(std::string_view stem) {
  const std::size_t end = stem.find('_');
  if (end == 0 || end == std::string_view::npos || end + 1 == stem.size()) return std::nullopt;
  if (stem.find('_', end + 1) != std::string_view::npos) return std::nullopt;
  return ObjectKey{std::string(stem.substr(end + 1)), std::string(stem.substr(0, end))};
}

Result<void> StateDirectory::prepare(const ObjectKey& key) const {
  std::error_code failed;
  fs::create_directories(root_.parent_path(), failed);
  if (failed) return disk_error("make", root_.parent_path(), failed.value());
  for (const fs::path& each : {root_, history(), objects(), attachments(), locks(), root_ / "revisions", revisions(key),
                               root_ / "work", work(key)})
    if (auto made = make_private(each); !made) return made;
  return {};
}

}  // namespace deployctl::files
