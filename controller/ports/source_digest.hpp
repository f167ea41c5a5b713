#pragma once

// The SHA-256 of a source's content: over the count, and of each file its path, mode and bytes, each with its length,
// so that no two trees read the same. The one definition behind `digest_of`'s source, for a source just fetched and for
// one kept in a revision.

#include <string>

#include "base/sha256.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::ports {

/// 64 lower-case hex characters; empty for a tree without files.
inline std::string source_sha256(const SourceTree& files) {
  if (files.empty()) return {};
  Sha256 hash;
  hash.update(std::to_string(files.size()) + "\n");
  for (const auto& [path, file] : files) {
    hash.update(std::to_string(path.size()) + (file.executable ? " x " : " - ") + std::to_string(file.bytes.size()) +
                "\n");
    hash.update(path);
    hash.update(file.bytes);
  }
  return hash.finish_hex();
}

}  // namespace deployctl::ports
