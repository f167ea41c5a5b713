#include "base/text_decoders.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace deployctl {
namespace {

std::optional<unsigned> hex_number(std::string_view text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  unsigned value = 0;
  for (const char c : text.substr(0, digits)) {
    const auto lower = static_cast<char>(c | 0x20);
    if (c >= '0' && c <= '9') {
      value = value * 16 + static_cast<unsigned>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      value = value * 16 + static_cast<unsigned>(lower - 'a' + 10);
    } else {
      return std::nullopt;
    }
  }
  return value;
}

template <bool kPlusIsBlank>
void decode_percent(std::string_view text, Decoded& into) {
  for (std::size_t at = 0; at < text.size();) {
    const auto number = text[at] == '%' ? hex_number(text.substr(at + 1), 2) : std::nullopt;
    const std::size_t size = number ? 3 : 1;
    const char byte = number ? static_cast<char>(*number) : kPlusIsBlank && text[at] == '+' ? ' ' : text[at];
    into.add(byte, at, at + size);
    at += size;
  }
}

struct Escape {
  std::string bytes;
  std::size_t size;
};

std::string utf8(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return byte(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0U | point >> 6U), tail(0)};
  if (point < 0x10000) return {byte(0xE0U | point >> 12U), tail(6), tail(0)};
  return {byte(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

/// \uXXXX, or two of them for what lies beyond the first 65,536 code points. `text` begins after the backslash.
std::optional<Escape> unicode_escape(std::string_view text) {
  const auto first = hex_number(text.substr(1), 4);
  if (!first) return std::nullopt;
  const bool is_high = *first >= 0xD800 && *first < 0xDC00;
  if (is_high && text.substr(5).starts_with("\\u")) {
    const auto second = hex_number(text.substr(7), 4);
    if (second && *second >= 0xDC00 && *second < 0xE000) {
      return Escape{utf8(0x10000 + ((*first - 0xD800) << 10U) + (*second - 0xDC00)), 11};
    }
  }
  return Escape{utf8(*first), 5};
}

/// The escape after a backslash as JSON (and Go's %q) writes it.
std::optional<Escape> escape(std::string_view text) {
  constexpr std::string_view kNames = "bfnrt";
  constexpr std::string_view kMeanings = "\b\f\n\r\t";
  if (text.empty()) return std::nullopt;
  if (std::string_view("\"'\\/").find(text.front()) != std::string_view::npos) return Escape{{text.front()}, 1};
  if (const auto at = kNames.find(text.front()); at != std::string_view::npos) return Escape{{kMeanings[at]}, 1};
  if (text.front() == 'u') return unicode_escape(text);
  const auto number = text.front() == 'x' ? hex_number(text.substr(1), 2) : std::nullopt;
  if (!number) return std::nullopt;
  return Escape{{static_cast<char>(*number)}, 3};
}

void decode_json(std::string_view text, Decoded& into) {
  for (std::size_t at = 0; at < text.size();) {
    const auto found = text[at] == '\\' ? escape(text.substr(at + 1)) : std::nullopt;
    if (!found) {
      into.add(text[at], at, at + 1);
      ++at;
      continue;
    }
    for (const char byte : found->bytes) into.add(byte, at, at + 1 + found->size);
    at += 1 + found->size;
  }
}

constexpr std::uint8_t kNoDigit = 255;

constexpr std::array<std::uint8_t, 256> base64_digits() {
  std::array<std::uint8_t, 256> values{};
  values.fill(kNoDigit);
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  for (std::size_t i = 0; i < kAlphabet.size(); ++i) {
    values[static_cast<unsigned char>(kAlphabet[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  return values;
}

/// Base64 whose first group begins `kSkipped` digits into each run of digits. Line breaks do not end a run.
template <std::size_t kSkipped>
void decode_base64(std::string_view text, Decoded& into) {
  static constexpr auto kDigits = base64_digits();
  std::size_t to_skip = kSkipped;
  std::uint32_t bits = 0;
  unsigned held = 0;             // how many of `bits` are still to be given out
  std::size_t digit_before = 0;  // a byte begins in the digit before the one that completes it
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::uint8_t digit = kDigits[static_cast<unsigned char>(text[at])];
    if (digit == kNoDigit) {
      if (text[at] == '\n' || text[at] == '\r') continue;
      if (text[at] == '=' && !into.places.empty() && into.places.back().end == at) into.places.back().end = at + 1;
      to_skip = kSkipped;
      held = 0;
      continue;
    }
    if (to_skip > 0) {
      --to_skip;
      continue;
    }
    bits = bits << 6U | digit;
    held += 6;
    if (held >= 8) {
      held -= 8;
      into.add(static_cast<char>(bits >> held & 0xFFU), digit_before, at + 1);
    }
    digit_before = at;
  }
}

}  // namespace

const std::vector<TextDecoder>& text_decoders() {
  static const std::vector<TextDecoder> decoders = {
      {"percent", "%", &decode_percent<false>},
      {"form", "+", &decode_percent<true>, true},
      {"json", "\\", &decode_json},
      {"base64", "", &decode_base64<0>, true},
      {"base64 after one", "", &decode_base64<1>, true},
      {"base64 after two", "", &decode_base64<2>, true},
      {"base64 after three", "", &decode_base64<3>, true},
  };
  return decoders;
}

}  // namespace deployctl
