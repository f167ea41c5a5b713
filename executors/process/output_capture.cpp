#include "process/output_capture.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace deployctl::process {
namespace {

/// Printable ASCII alone, as nearly every line is: nothing to repair.
bool is_plain(std::string_view line) {
  return std::ranges::all_of(line, [](char c) { return c >= ' ' && c <= '~'; });
}

}  // namespace

OutputCapture::OutputCapture(const Capture& capture, const SecretSet& secrets, OnLine on_line)
    : capture_(capture), secrets_(secrets), on_line_(std::move(on_line)), tail_(capture.max) {}

void OutputCapture::feed(std::string_view bytes) {
  if (capture_.kind == Capture::Kind::Tail) return take_lines(bytes);
  const std::size_t room = capture_.max - whole_.size();
  if (bytes.size() > room) overflowed_ = true;
  whole_.append(bytes.substr(0, room));
}

void OutputCapture::take_lines(std::string_view bytes) {
  const std::size_t last_break = bytes.rfind('\n');
  if (last_break != std::string_view::npos) {
    std::string block = std::move(partial_);
    partial_.clear();
    const std::size_t first_break = bytes.find('\n');
    const std::size_t room = kLineWindow - std::min(kLineWindow, block.size());
    block.append(bytes.substr(0, std::min(first_break, room)));
    block.append(bytes.substr(first_break, last_break - first_break));
    end_lines(block);
    bytes.remove_prefix(last_break + 1);
  }
  const std::size_t room = kLineWindow - std::min(kLineWindow, partial_.size());
  partial_.append(bytes.substr(0, room));
}

void OutputCapture::finish() {
  if (!partial_.empty()) end_lines(partial_);
  partial_.clear();
}

void OutputCapture::end_lines(std::string_view block) {
  // Redacted as one text: cheaper than line by line, and a value of several lines is found whole.
  const std::string redacted = secrets_.redact(block);
  std::string_view rest = redacted;
  for (;;) {
    const std::size_t end = rest.find('\n');
    add_line(rest.substr(0, end));
    if (end == std::string_view::npos) return;
    rest.remove_prefix(end + 1);
  }
}

void OutputCapture::add_line(std::string_view redacted) {
  while (!redacted.empty() && redacted.back() == '\r') redacted.remove_suffix(1);
  // A progress bar overwrites itself: what a terminal would show at the end is enough.
  if (const std::size_t carriage = redacted.rfind('\r'); carriage != std::string_view::npos)
    redacted.remove_prefix(carriage + 1);
  std::string line(redacted);
  if (!is_plain(line)) {
    // Escapes in the middle of a value hide it from the first look.
    line = secrets_.redact(one_line(line));
  }
  line = cut(line, kLongestLine);
  tail_.add_line(line);
  if (on_line_) on_line_(line);
}

std::string OutputCapture::text() const { return capture_.kind == Capture::Kind::Whole ? whole_ : tail_.str(); }

}  // namespace deployctl::process
