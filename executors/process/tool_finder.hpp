#pragma once

// Where programs are: a fixed list of directories, never the operator's PATH. Small value, made at start. It looks at
// each call, so that a tool installed later is found without a restart.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace deployctl::process {

class ToolFinder {
 public:
  /// /usr/local/bin /usr/bin /bin /usr/sbin /sbin, after `pinned` (a directory of pinned tools) when given.
  explicit ToolFinder(std::string pinned = {});
  /// Exactly these, for tests.
  static ToolFinder among(std::vector<std::string> directories);

  /// The absolute path of a tool's name, or the absolute path given, when it is a file we may execute. Error:
  /// ExecutorUnavailable, naming where was looked; Invalid for a relative path.
  [[nodiscard]] Result<std::string> find(std::string_view program) const;
  /// The directories joined by colons: PATH of every child.
  [[nodiscard]] std::string path() const;

 private:
  std::vector<std::string> directories_;
};

}  // namespace deployctl::process
