#pragma once

// The blocking half of Workspaces, as plain functions on paths: runs on the pool, tested directly.

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/source_tree.hpp"
#include "sources/workspace.hpp"

namespace deployctl::sources {

/// Whether a name can be an operation's directory: letters and digits, as ULIDs have.
bool is_operation_id(std::string_view name);

Result<Workspace> create_workspace(const std::filesystem::path& work_dir, const std::string& operation_id,
                                   const ports::SourceTree& source, const std::string& path);
Result<void> remove_workspace(const std::filesystem::path& work_dir, const std::string& operation_id);
Result<std::vector<std::string>> list_workspaces(const std::filesystem::path& work_dir);

/// Writes the files to <directory>/src, whole or not at all.
Result<void> write_source(const std::filesystem::path& directory, const ports::SourceTree& source);
Result<void> make_directory(const std::filesystem::path& path, unsigned mode);
/// Gone already = success. Never follows a symlink.
Result<void> remove_tree(const std::filesystem::path& path);

/// The directory `path` below the directory `root`, contained, as an absolute path without symlinks.
Result<std::string> resolve_directory(const std::string& root, const std::string& path);

}  // namespace deployctl::sources
