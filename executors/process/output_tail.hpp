#pragma once

// The first and the last lines of an output, within a fixed number of bytes: what a person needs to see of a tool that
// printed a gigabyte. Whole lines only, so that what was redacted in a line stays redacted.

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace deployctl::process {

class OutputTail {
 public:
  /// Keeps at most `max` bytes, half for the beginning and half for the end.
  explicit OutputTail(std::size_t max);
  /// Without its line break. A line longer than half of `max` is cut.
  void add_line(std::string_view line);
  /// Lines ended by "\n"; where some are missing one line says how many.
  [[nodiscard]] std::string str() const;

 private:
  std::size_t half_;
  std::string first_;
  bool first_is_full_ = false;
  std::deque<std::string> last_;
  std::size_t last_bytes_ = 0;
  std::size_t dropped_lines_ = 0;
  std::size_t dropped_bytes_ = 0;
};

}  // namespace deployctl::process
