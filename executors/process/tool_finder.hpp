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
  /// Exactly these, and as its plug-ins' directories those, for tests.
  static ToolFinder among(std::vector<std::string> directories, std::vector<std::string> plugins = {});

  /// A name that begins with "docker-" is looked for among docker's plug-ins as well, before the system's directories:
  /// what lies there is the newer one.
  /// The absolute path of a tool's name, or the absolute path given, when it is a file we may execute. Error:
  /// ExecutorUnavailable, naming where was looked; Invalid for a relative path.
  [[nodiscard]] Result<std::string> find(std::string_view program) const;
  /// The directories joined by colons: PATH of every child.
  [[nodiscard]] std::string path() const;

 private:
  [[nodiscard]] std::vector<std::string> directories_for(const std::string& name) const;

  std::vector<std::string> directories_;
  std::size_t pinned_ = 0;            ///< how many of them come before the system's own
  std::vector<std::string> plugins_;  ///< of docker
};

}  // namespace deployctl::process
