#include "base/time.hpp"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace deployctl {
namespace {

using std::chrono::days;
using std::chrono::floor;
using std::chrono::milliseconds;

/// Digits of exactly `width` at `at`; advances. Nothing on anything else.
std::optional<int> digits(std::string_view text, std::size_t& at, std::size_t width) {
  if (at + width > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < width; ++i) {
    const char c = text[at + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  at += width;
  return value;
}

bool accept(std::string_view text, std::size_t& at, std::string_view any_of) {
  if (at >= text.size() || any_of.find(text[at]) == std::string_view::npos) return false;
  ++at;
  return true;
}

std::string seconds_text(WallTime time) {
  const auto day = floor<days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(floor<std::chrono::seconds>(time - day));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02uT%02d:%02d:%02d", int(date.year()), unsigned(date.month()),
                unsigned(date.day()), int(clock.hours().count()), int(clock.minutes().count()),
                int(clock.seconds().count()));
  return text;
}

/// Minutes east of UTC: "Z" or "+hh:mm".
std::optional<int> read_offset(std::string_view text, std::size_t& at) {
  if (accept(text, at, "Zz")) return 0;
  if (at >= text.size()) return std::nullopt;
  const int sign = text[at] == '-' ? -1 : 1;
  if (!accept(text, at, "+-")) return std::nullopt;
  const auto hours = digits(text, at, 2);
  if (!hours || *hours > 23 || !accept(text, at, ":")) return std::nullopt;
  const auto minutes = digits(text, at, 2);
  if (!minutes || *minutes > 59) return std::nullopt;
  return sign * (*hours * 60 + *minutes);
}

int read_milliseconds(std::string_view text, std::size_t& at) {
  int value = 0;
  for (int place = 100; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at, place /= 10) {
    value += place * (text[at] - '0');
  }
  return value;
}

}  // namespace

std::string format_rfc3339(WallTime time) { return seconds_text(time) + "Z"; }

std::string format_rfc3339_micro(WallTime time) {
  const auto part = (time - floor<std::chrono::seconds>(time)).count();
  char text[16];
  std::snprintf(text, sizeof text, ".%03d000Z", static_cast<int>(part));
  return seconds_text(time) + text;
}

std::optional<WallTime> parse_rfc3339(std::string_view text) {
  std::size_t at = 0;
  const auto year = digits(text, at, 4);
  if (!year || !accept(text, at, "-")) return std::nullopt;
  const auto month = digits(text, at, 2);
  if (!month || !accept(text, at, "-")) return std::nullopt;
  const auto day = digits(text, at, 2);
  if (!day || !accept(text, at, "Tt")) return std::nullopt;
  const auto hour = digits(text, at, 2);
  if (!hour || !accept(text, at, ":")) return std::nullopt;
  const auto minute = digits(text, at, 2);
  if (!minute || !accept(text, at, ":")) return std::nullopt;
  const auto second = digits(text, at, 2);
  if (!second) return std::nullopt;
  int millisecond = 0;
  if (accept(text, at, ".")) {
    const std::size_t before = at;
    millisecond = read_milliseconds(text, at);
    if (at == before) return std::nullopt;
  }
  const auto offset = read_offset(text, at);
  if (!offset || at != text.size()) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(*hour) + std::chrono::minutes(*minute - *offset) +
         std::chrono::seconds(*second) + milliseconds(millisecond);
}

}  // namespace deployctl
