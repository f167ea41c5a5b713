#pragma once

// The directory of one operation: <work-dir>/<operation-id>/, 0700, with the source in src/; the process runner adds
// home/, tmp/ and the files of commands. Made when an operation begins, removed after its record; what a crash left
// behind is listed at start and removed after the orphan scan. The source is written beside and renamed, so src/ is
// whole or absent. Source files have the modes of a checkout (0644, 0755), which a docker build copies into its image.
// Blocking work runs on the pool; cancelling waits for it. One per process.
//
// Errors: WorkspaceFailed (disk full, read-only, no inodes: our own surroundings), Invalid (`spec.path`, operation id).

#include <filesystem>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "ports/source_tree.hpp"
#include "sources/blocking_pool.hpp"

namespace deployctl::sources {

/// Absolute paths, as executors::Inputs and process::RunContext take them.
struct Workspace {
  std::string directory;   ///< work_dir
  std::string source_dir;  ///< src/ after `spec.path`, symlinks resolved; empty without source
  bool operator==(const Workspace&) const = default;
};

class Workspaces {
 public:
  Workspaces(std::filesystem::path work_dir, BlockingPool& pool);

  /// Makes the work-dir itself (0700). For start-up; WorkspaceFailed names the path.
  Result<void> prepare();

  /// A directory of that operation that is there already (a resumed one) is removed first. `path` is `spec.path`.
  Task<Result<Workspace>> create(std::string operation_id, ports::SourceTree source, std::string path);
  /// Gone already = success. Never follows a symlink; directories a tool made unreadable are removed too.
  Task<Result<void>> remove(std::string operation_id);
  /// Operation ids of directories that are there now; names that are no operation's are left alone.
  Task<Result<std::vector<std::string>>> leftovers();

 private:
  std::filesystem::path work_dir_;
  BlockingPool& pool_;
};

}  // namespace deployctl::sources
