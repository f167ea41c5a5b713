#include "base/duration.hpp"

#include <array>

#include "base/text.hpp"

namespace deployctl {
namespace {

struct Unit {
  std::string_view name;
  std::int64_t microseconds;
};
/// "ms" before "m": the longer word first.
constexpr std::array kUnits = {Unit{"ms", 1'000}, Unit{"s", 1'000'000}, Unit{"m", 60'000'000},
                               Unit{"h", 3'600'000'000}};
constexpr std::int64_t kMaxMicroseconds = std::chrono::duration_cast<std::chrono::microseconds>(kMaxDuration).count();
constexpr std::size_t kMaxText = 64;

Error refusal(std::string_view text) {
  return fail(ErrorKind::Invalid,
              "'" + cut(one_line(text.substr(0, 4 * kMaxText)), kMaxText) +
                  "' is not a duration: write numbers with units ms, s, m or h, like 90s or 1h30m, up to 720h");
}

/// One "<number><unit>"; takes it off the front of `text`. Negative on anything else.
std::int64_t take_part(std::string_view& text) {
  std::int64_t whole = 0;
  std::size_t at = 0;
  const auto is_digit = [&] { return at < text.size() && text[at] >= '0' && text[at] <= '9'; };
  for (; is_digit(); ++at) {
    whole = whole * 10 + (text[at] - '0');
    if (whole > kMaxMicroseconds) return -1;
  }
  if (at == 0) return -1;
  std::int64_t millionths = 0;
  if (at < text.size() && text[at] == '.') {
    ++at;
    if (!is_digit()) return -1;
    for (std::int64_t place = 100'000; is_digit(); ++at, place /= 10) millionths += place * (text[at] - '0');
  }
  text.remove_prefix(at);
  for (const Unit& unit : kUnits) {
    if (!text.starts_with(unit.name)) continue;
    text.remove_prefix(unit.name.size());
    if (whole > kMaxMicroseconds / unit.microseconds) return -1;
    return whole * unit.microseconds + millionths * (unit.microseconds / 1'000) / 1'000;
  }
  return -1;
}

}  // namespace

Result<Duration> parse_duration(std::string_view text) {
  if (text.empty() || text.size() > kMaxText) return refusal(text);
  std::string_view rest = text;
  std::int64_t total = 0;
  while (!rest.empty()) {
    const std::int64_t part = take_part(rest);
    if (part < 0) return refusal(text);
    total += part;
    if (total > kMaxMicroseconds) return refusal(text);
  }
  return std::chrono::duration_cast<Duration>(std::chrono::microseconds(total));
}

std::string format_duration(Duration duration) {
  std::int64_t left = duration.count();
  if (left <= 0) return "0s";
  std::string text;
  const auto take = [&](std::int64_t size, std::string_view unit) {
    if (left >= size) text += std::to_string(left / size) + std::string(unit);
    left %= size;
  };
  take(3'600'000, "h");
  take(60'000, "m");
  take(1'000, "s");
  take(1, "ms");
  return text;
}

}  // namespace deployctl
