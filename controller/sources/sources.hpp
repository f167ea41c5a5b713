#pragma once

// Fetches the files a spec's source names: inline, configMap, secret, directory, or none. Used by the engine at
// Resolve. Stateless between calls; one per process. Cancelling throws operation_aborted (a directory already being
// read is read to its end first: it is bounded). Nothing is written anywhere: a half fetched source cannot be seen.
//
// Errors name the field and what to do: Invalid (bad path, unusable file name, too big, directory sources are off),
// DependencyNotReady (ConfigMap, Secret or directory missing), SourceFailed (it is there but cannot be read).

#include <cstddef>
#include <filesystem>

#include "api/deployment.hpp"
#include "ports/references.hpp"
#include "sources/blocking_pool.hpp"
#include "sources/fetched.hpp"

namespace deployctl::sources {

/// A manifest set grows some hundred times when parsed, so its bytes are capped (fault S13; CVE-2022-31016).
struct SourceLimits {
  std::size_t max_bytes = 10U * 1024 * 1024;
  std::size_t max_files = 10'000;  ///< directories count as well
  std::size_t max_depth = 32;      ///< nested directories; the kernel follows 40 symlinks
};

struct SourceOptions {
  std::filesystem::path source_root;  ///< --source-root; empty: directory sources are refused
  SourceLimits limits;
};

class Sources {
 public:
  Sources(ports::References& references, BlockingPool& pool, SourceOptions options);

  /// `key` is the object on whose behalf is read: its namespace, and woken when the reference changes.
  Task<Result<FetchedSource>> fetch(ObjectKey key, api::DeploymentSpec spec);

 private:
  Task<Result<ports::SourceTree>> files_of(ObjectKey key, api::Source source);

  ports::References& references_;
  BlockingPool& pool_;
  SourceOptions options_;
};

}  // namespace deployctl::sources
