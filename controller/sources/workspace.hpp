#pragma once

// The directory of one operation: <work-dir>/<operation-id>/, 0700, with the source in src/; the process runner adds
// home/, tmp/ and the files of commands. Made when an operation begins, removed after its record; what a crash left
// behind is listed at start and removed after the orphan scan. The source is written beside and renamed, so src/ is
// whole or absent. Source files have the modes of a checkout (0644, 0755), which a docker build copies into its image.
// Blocking work runs on the pool; cancelling waits for it. One per process.
//
// A kept source lies in <work-dir>/kept-sources/<object>/<its sha256>/src instead: for tools whose work refers to its
// files for as long as it runs (bind mounts). Operations of the same source share it; it goes when no digest of the
// object has it any more.
//
// Errors: WorkspaceFailed (disk full, read-only, no inodes: our own surroundings), Invalid (`spec.path`, operation id).

#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "base/object_key.hpp"
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

/// One source of an object, and the inputs digest that has it.
struct KeptSource {
  ObjectKey key;
  std::string digest;  ///< of the inputs
  std::string sha256;  ///< of the source
  ports::SourceTree files;
  std::string path;  ///< `spec.path`
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
  /// Writes the source unless it is there, and remembers that this digest has it. Gives the directory after `path`.
  Task<Result<std::string>> keep(KeptSource source);
  /// Lets go of the object's kept sources that none of these digests has.
  Task<Result<void>> retain(ObjectKey key, std::set<std::string> digests);
  /// Operation ids of directories that are there now; names that are no operation's are left alone.
  Task<Result<std::vector<std::string>>> leftovers();

 private:
  std::filesystem::path work_dir_;
  BlockingPool& pool_;
};

}  // namespace deployctl::sources
