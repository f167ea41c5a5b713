#include "base/yaml_scalar.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <limits>
#include <optional>

namespace deployctl {
namespace {

constexpr std::uint64_t kLargestNegative = std::uint64_t{1} << 63U;

bool is_one_of(std::string_view text, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

Error out_of_range() { return fail(ErrorKind::Invalid, "number out of range: quote it if it is text"); }

struct Digits {
  std::string_view text;
  int base = 10;
};

/// The digits of an integer in whichever base its prefix says; nothing if `text` (without sign) is none.
std::optional<Digits> integer_digits(std::string_view text) {
  Digits digits{text};
  const auto has_only = [](std::string_view part, std::string_view allowed) {
    return !part.empty() && part.find_first_not_of(allowed) == std::string_view::npos;
  };
  constexpr std::string_view kHex = "0123456789abcdefABCDEF";
  if (text.starts_with("0x") && has_only(text.substr(2), kHex)) return Digits{text.substr(2), 16};
  if (text.starts_with("0o") && has_only(text.substr(2), kHex.substr(0, 8))) return Digits{text.substr(2), 8};
  if (text.starts_with("0b") && has_only(text.substr(2), kHex.substr(0, 2))) return Digits{text.substr(2), 2};
  if (text.size() > 1 && text.front() == '0' && has_only(text, kHex.substr(0, 8))) return Digits{text, 8};
  if (has_only(text, kHex.substr(0, 10))) return digits;
  return std::nullopt;
}

Result<Json> integer(Digits digits, bool is_negative) {
  std::uint64_t value = 0;
  const auto [end, error] =
      std::from_chars(digits.text.data(), digits.text.data() + digits.text.size(), value, digits.base);
  if (error != std::errc{}) return out_of_range();
  if (!is_negative) return Json(value);
  if (value > kLargestNegative) return out_of_range();
  if (value == kLargestNegative) return Json(std::numeric_limits<std::int64_t>::min());
  return Json(-static_cast<std::int64_t>(value));
}

/// [0-9]*(\.[0-9]*)?([eE][-+]?[0-9]+)? with a digit before the exponent.
bool is_float(std::string_view text) {
  std::size_t at = 0;
  const auto skip_digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return at - start;
  };
  std::size_t digits = skip_digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    digits += skip_digits();
  }
  if (digits == 0) return false;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) ++at;
    if (skip_digits() == 0) return false;
  }
  return at == text.size();
}

Result<Json> floating(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return out_of_range();
  return Json(value);
}

}  // namespace

Result<Json> plain_yaml_scalar(std::string_view text) {
  if (is_one_of(text, {"", "~", "null", "Null", "NULL"})) return Json(nullptr);
  if (is_one_of(text, {"true", "True", "TRUE"})) return Json(true);
  if (is_one_of(text, {"false", "False", "FALSE"})) return Json(false);
  const bool has_sign = text.front() == '-' || text.front() == '+';
  const bool is_negative = text.front() == '-';
  const std::string_view number = has_sign ? text.substr(1) : text;
  if (const auto digits = integer_digits(number)) return integer(*digits, is_negative);
  if (is_one_of(number, {".inf", ".Inf", ".INF", ".nan", ".NaN", ".NAN"})) return out_of_range();
  if (!is_float(number)) return Json(std::string(text));
  auto value = floating(number);
  if (value && is_negative) return Json(-value->get<double>());
  return value;
}

}  // namespace deployctl
