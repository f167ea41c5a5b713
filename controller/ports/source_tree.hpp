#pragma once

// The files of a source in memory: what sources/ fetches, history/ keeps, and a workspace writes out.

#include <cstdint>
#include <map>
#include <string>

namespace deployctl::ports {

struct SourceFile {
  std::string bytes;
  bool executable = false;
  bool operator==(const SourceFile&) const = default;
};

/// Relative path (no "..", no leading "/") to content.
using SourceTree = std::map<std::string, SourceFile>;

}  // namespace deployctl::ports
