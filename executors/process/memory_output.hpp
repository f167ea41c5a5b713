#pragma once

// Output of a child that outlives us: a file in memory instead of a pipe. A pipe's writer is killed by its next word
// when the reader is gone; here nobody needs to read. What was read is given back to the system. One per stream, used
// by one reader.

#include <sys/types.h>

#include <optional>
#include <span>
#include <string_view>
#include <utility>

#include "process/spawn.hpp"

namespace deployctl::process {

/// For the child to write to. -1 and errno when the system gives none.
Descriptor make_memory_output();

class MemoryOutput {
 public:
  explicit MemoryOutput(Descriptor file) : file_(std::move(file)) {}

  /// What was written since, at most what fits into `room`; nothing when that is all. A writer so fast that more than
  /// 4 MiB wait is not waited for: all but the newest is left out, up to the end of a line.
  std::optional<std::string_view> read(std::span<char> room);

 private:
  void give_back(off_t up_to);

  Descriptor file_;
  off_t from_ = 0;
  bool in_a_cut_line_ = false;
};

}  // namespace deployctl::process
