#include "sources/kept_sources.hpp"

#include <system_error>
#include <vector>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "sources/workspace_files.hpp"

namespace deployctl::sources {
namespace {

namespace fs = std::filesystem;
constexpr unsigned kPrivate = 0700;
constexpr std::string_view kLink = "of-";
constexpr std::size_t kLongestName = 200;

Error disk_error(std::string_view doing, const fs::path& path, const std::error_code& error) {
  return fail(ErrorKind::WorkspaceFailed,
              "cannot " + std::string(doing) + " " + cut(one_line(path.string()), 300) + ": " + error.message());
}

fs::path directory_of(const fs::path& work_dir, const ObjectKey& key) {
  std::string name = key.ns + "_" + key.name;
  if (name.size() > kLongestName) name = sha256_hex(name);
  return work_dir / "kept-sources" / name;
}

std::string link_name(const std::string& digest) { return std::string(kLink) + sha256_hex(digest).substr(0, 32); }

Result<void> link_digest(const fs::path& directory, const KeptSource& source) {
  const fs::path link = directory / link_name(source.digest);
  std::error_code failed;
  if (fs::read_symlink(link, failed) == source.sha256) return {};
  fs::remove(link, failed);
  fs::create_symlink(source.sha256, link, failed);
  if (failed) return disk_error("make link", link, failed);
  return {};
}

}  // namespace

Result<std::string> keep_source(const fs::path& work_dir, const KeptSource& source) {
  if (source.sha256.empty() || source.sha256.find_first_not_of("0123456789abcdef") != std::string::npos)
    return fail(ErrorKind::Internal, "a source is to be kept that has no digest");
  const fs::path directory = directory_of(work_dir, source.key);
  const fs::path own = directory / source.sha256;
  for (const fs::path& each : {directory.parent_path(), directory, own})
    if (auto made = make_directory(each, kPrivate); !made) return made.error();
  std::error_code failed;
  if (!fs::is_directory(own / "src", failed)) {
    // A write that was cut off.
    if (auto removed = remove_tree(own / "src.partial"); !removed) return removed.error();
    if (auto written = write_source(own, source.files); !written) return written.error();
  }
  if (auto linked = link_digest(directory, source); !linked) return linked.error();
  return resolve_directory((own / "src").string(), source.path);
}

Result<void> retain_sources(const fs::path& work_dir, const ObjectKey& key, const std::set<std::string>& digests) {
  const fs::path directory = directory_of(work_dir, key);
  std::error_code failed;
  if (digests.empty()) return remove_tree(directory);
  if (!fs::is_directory(directory, failed)) return {};
  std::set<std::string> links;
  for (const std::string& digest : digests) links.insert(link_name(digest));
  std::set<std::string> had;
  std::vector<fs::path> others;
  for (fs::directory_iterator it(directory, failed), end; !failed && it != end; it.increment(failed)) {
    const std::string name = it->path().filename().string();
    std::error_code unknown;
    if (links.contains(name))
      had.insert(fs::read_symlink(it->path(), unknown).string());
    else
      others.push_back(it->path());
  }
  if (failed) return disk_error("list", directory, failed);
  for (const fs::path& other : others)
    if (!had.contains(other.filename().string()))
      if (auto removed = remove_tree(other); !removed) return removed;
  return {};
}

}  // namespace deployctl::sources
