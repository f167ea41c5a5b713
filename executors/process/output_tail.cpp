#include "process/output_tail.hpp"

#include "base/text.hpp"

namespace deployctl::process {

OutputTail::OutputTail(std::size_t max) : half_(max / 2) {}

void OutputTail::add_line(std::string_view line) {
  std::string kept = line.size() < half_ ? std::string(line) : cut(line, half_ == 0 ? 0 : half_ - 1);
  kept += '\n';
  if (!first_is_full_ && first_.size() + kept.size() <= half_) {
    first_ += kept;
    return;
  }
  first_is_full_ = true;
  last_bytes_ += kept.size();
  last_.push_back(std::move(kept));
  while (last_bytes_ > half_) {
    last_bytes_ -= last_.front().size();
    dropped_bytes_ += last_.front().size();
    ++dropped_lines_;
    last_.pop_front();
  }
}

std::string OutputTail::str() const {
  std::string text = first_;
  if (dropped_lines_ > 0)
    text += "[... " + std::to_string(dropped_lines_) + " lines, " + std::to_string(dropped_bytes_) +
            " bytes left out ...]\n";
  for (const std::string& line : last_) text += line;
  return text;
}

}  // namespace deployctl::process
