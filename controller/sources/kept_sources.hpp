#pragma once

// The blocking half of kept sources, as plain functions on paths: runs on the pool, tested through Workspaces.
//
//   <work-dir>/kept-sources/<namespace>_<name>/<sha256 of the source>/src/…
//                                             /of-<hash of a digest> -> <sha256 of the source>
//
// The links say which digest has which source, so that nothing has to be read from kept revisions to let go of the
// rest.

#include <filesystem>
#include <set>
#include <string>

#include "sources/workspace.hpp"

namespace deployctl::sources {

Result<std::string> keep_source(const std::filesystem::path& work_dir, const KeptSource& source);
Result<void> retain_sources(const std::filesystem::path& work_dir, const ObjectKey& key,
                            const std::set<std::string>& digests);

}  // namespace deployctl::sources
