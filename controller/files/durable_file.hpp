#pragma once

// Files that are there whole or not at all, whatever ends the process or the machine: written beside their name,
// synced, renamed over it, and the directory synced. Private to their owner. Blocking; a write costs two syncs. Errors
// are WorkspaceFailed, one sentence that names the path and, where that is known, what to do.

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace deployctl::files {

/// Replaces what was there; the file is 0600.
Result<void> write_durably(const std::filesystem::path& file, std::string_view bytes);
/// There is none: success.
Result<void> remove_durably(const std::filesystem::path& file);
/// Nothing when there is none. A file that is no plain file, or larger than `max_bytes`, is an error.
Result<std::optional<std::string>> read_whole(const std::filesystem::path& file, std::size_t max_bytes);

/// Names of the plain files in it, sorted; those that begin with a dot are left out. Empty when it is missing.
Result<std::vector<std::string>> names_in(const std::filesystem::path& directory);
/// What writes that were cut off left of files whose name begins with `stem`. What cannot be removed stays.
void remove_unfinished(const std::filesystem::path& directory, std::string_view stem);

/// "cannot <doing> <path>: no space left on device: …", with what to do for the errors people meet.
Error disk_error(std::string_view doing, const std::filesystem::path& path, int error);

}  // namespace deployctl::files
