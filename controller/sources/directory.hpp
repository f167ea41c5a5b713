#pragma once

// Reads a directory into memory. Blocking: runs on the pool. Symlinks are followed inside the directory and refused
// when they lead out; devices, sockets and pipes are refused; `.git` is left out, because it changes without the
// content.

#include <string>

#include "base/result.hpp"
#include "ports/source_tree.hpp"
#include "sources/contained.hpp"
#include "sources/sources.hpp"

namespace deployctl::sources {

/// Opens <source-root>/<ns>/<path>. Errors: Invalid (path, leads out, not a directory), DependencyNotReady (not there),
/// SourceFailed.
Result<Descriptor> open_source_directory(const std::string& source_root, const std::string& ns,
                                         const std::string& path);

/// Everything below an open directory. Errors: Invalid (caps, symlink out, special file), SourceFailed.
Result<ports::SourceTree> read_tree(const Descriptor& directory, const SourceLimits& limits);

}  // namespace deployctl::sources
