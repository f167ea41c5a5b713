#include "sources/left_states.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <system_error>

#include "base/text.hpp"
#include "sources/workspace_files.hpp"

namespace deployctl::sources {
namespace {

namespace fs = std::filesystem;
constexpr std::string_view kLeftState = "errored.tfstate";
constexpr std::size_t kLongestName = 200;
/// What a module makes beside its files is not searched for ever.
constexpr int kMostEntries = 50'000;

std::optional<fs::path> left_state_in(const fs::path& source) {
  std::error_code failed;
  int seen = 0;
  fs::recursive_directory_iterator it(source, fs::directory_options::skip_permission_denied, failed);
  for (const fs::recursive_directory_iterator end; !failed && it != end && ++seen < kMostEntries; it.increment(failed))
    if (it->path().filename() == kLeftState && it->symlink_status(failed).type() == fs::file_type::regular)
      return it->path();
  return std::nullopt;
}

/// Of a file that a module may have written over.
std::string owner_in(const fs::path& file) {
  std::string name(kLongestName + 1, '\0');
  std::ifstream in(file);
  in.read(name.data(), static_cast<std::streamsize>(name.size()));
  name.resize(static_cast<std::size_t>(in.gcount()));
  const bool plain =
      !name.empty() && name.size() <= kLongestName && name.front() != '.' && std::ranges::all_of(name, [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '-' || c == '_' || c == '.';
      });
  return plain ? name : std::string();
}

}  // namespace

Result<void> put_left_state_aside(const fs::path& work_dir, const std::string& operation_id) {
  const fs::path directory = work_dir / operation_id;
  std::error_code failed;
  if (fs::symlink_status(directory / "state-owner", failed).type() != fs::file_type::regular) return {};
  const auto left = left_state_in(directory / "src");
  const std::string owner = owner_in(directory / "state-owner");
  if (!left || owner.empty()) return {};
  if (auto made = make_directory(work_dir / "left-states", 0700); !made) return made;
  fs::rename(*left, work_dir / "left-states" / owner, failed);
  if (failed)
    return fail(ErrorKind::WorkspaceFailed,
                "cannot put aside " + cut(one_line(left->string()), 300) + ": " + failed.message());
  return {};
}

}  // namespace deployctl::sources
