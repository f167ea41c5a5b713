#pragma once

// One output stream of one child on its way in: kept whole as it came (what a procedure parses), or cut into lines that
// are redacted, made fit to show, put into a tail and handed to `on_line`. Memory is bounded by `Capture::max` and by
// kLongestLine, whatever the child prints.

#include <functional>
#include <string>
#include <string_view>

#include "base/redact.hpp"
#include "process/command.hpp"
#include "process/output_tail.hpp"

namespace deployctl::process {

/// What is kept of one line. More is looked at (kLineWindow), so that a secret that begins before the cut is hidden.
inline constexpr std::size_t kLongestLine = 16U * 1024;
inline constexpr std::size_t kLineWindow = 64U * 1024;

class OutputCapture {
 public:
  using OnLine = std::function<void(std::string_view line)>;

  /// `secrets` outlives it.
  OutputCapture(const Capture& capture, const SecretSet& secrets, OnLine on_line);
  void feed(std::string_view bytes);
  /// No more comes: what follows the last line break is a line too.
  void finish();

  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool overflowed() const { return overflowed_; }  ///< only when captured whole

 private:
  void take_lines(std::string_view bytes);
  void end_lines(std::string_view block);
  void add_line(std::string_view redacted);

  Capture capture_;
  const SecretSet& secrets_;
  OnLine on_line_;
  OutputTail tail_;
  std::string whole_;
  bool overflowed_ = false;
  std::string partial_;  ///< the line that has not ended yet, at most kLineWindow
};

}  // namespace deployctl::process
