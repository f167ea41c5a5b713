#include "health/status_ranges.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

#include "base/text.hpp"

namespace deployctl::health {
namespace {

constexpr int kLowest = 100;
constexpr int kHighest = 599;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

std::optional<int> code_of(std::string_view text) {
  int code = 0;
  text = trimmed(text);
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), code);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return code >= kLowest && code <= kHighest ? std::optional(code) : std::nullopt;
}

std::optional<std::pair<int, int>> range_of(std::string_view text) {
  const std::size_t dash = text.find('-');
  const auto first = code_of(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : code_of(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return std::pair(*first, *last);
}

}  // namespace

Result<StatusRanges> StatusRanges::parse(std::string_view text) {
  StatusRanges ranges;
  ranges.text_ = text;
  std::string_view left = text;
  for (;;) {
    const std::size_t comma = left.find(',');
    const auto range = range_of(left.substr(0, comma));
    if (!range) {
      return fail(ErrorKind::Invalid, "\"" + cut(one_line(text), 64) +
                                          "\" is not a list of HTTP status codes; write codes from 100 to 599 and "
                                          "ranges with commas between, such as 200-399,418");
    }
    ranges.ranges_.push_back(*range);
    if (comma == std::string_view::npos) return ranges;
    left.remove_prefix(comma + 1);
  }
}

bool StatusRanges::contains(int status) const {
  return std::ranges::any_of(ranges_,
                             [status](const auto& range) { return status >= range.first && status <= range.second; });
}

}  // namespace deployctl::health
