#include "base/text.hpp"

#include <algorithm>
#include <cstdint>

#include "base/sha256.hpp"

namespace deployctl {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";

/// Length of the well-formed UTF-8 sequence at the front (RFC 3629: no overlong forms, no surrogates); 0 when there is
/// none.
std::size_t sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) {
    return i < text.size() ? static_cast<std::uint8_t>(text[i]) : std::uint8_t{0};
  };
  const auto follows = [&](std::size_t i) { return (byte(i) & 0xC0U) == 0x80U; };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    if (!follows(1) || !follows(2)) return 0;
    if (first == 0xE0 && byte(1) < 0xA0) return 0;
    if (first == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    if (!follows(1) || !follows(2) || !follows(3)) return 0;
    if (first == 0xF0 && byte(1) < 0x90) return 0;
    if (first == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

/// Length of the terminal escape sequence at the front (ECMA-48 CSI and OSC, or two characters); the text starts with
/// ESC.
std::size_t escape_sequence(std::string_view text) {
  if (text.size() < 2) return 1;
  if (text[1] == '[') {
    std::size_t at = 2;
    while (at < text.size() && (text[at] < '@' || text[at] > '~')) ++at;
    return std::min(at + 1, text.size());
  }
  if (text[1] == ']') {
    const std::size_t end = text.find_first_of(std::string_view("\x07\x1b", 2), 2);
    if (end == std::string_view::npos) return text.size();
    return end + (text[end] == '\x1b' ? std::min<std::size_t>(2, text.size() - end) : 1);
  }
  return 2;
}

bool is_continuation(char c) { return (static_cast<std::uint8_t>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t size = sequence(text);
    out.append(size == 0 ? kReplacement : text.substr(0, size));
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  bool space = false;
  while (!text.empty()) {
    const char c = text.front();
    if (c == '\x1b') {
      text.remove_prefix(escape_sequence(text));
      continue;
    }
    const std::size_t size = sequence(text);
    // C1 controls (U+0080 to U+009F) move terminals as well.
    const bool c1 = size == 2 && c == '\xC2' && static_cast<std::uint8_t>(text[1]) < 0xA0;
    if (c == ' ' || c == '\n' || c == '\r' || c == '\t') {
      space = !out.empty();
    } else if (size != 1 || (c >= ' ' && c != '\x7f')) {
      if (!c1) {
        if (space) out += ' ';
        space = false;
        out.append(size == 0 ? kReplacement : text.substr(0, size));
      }
    }
    text.remove_prefix(std::max<std::size_t>(size, 1));
  }
  return out;
}

std::string cut(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  if (max_bytes < kEllipsis.size()) return {};
  std::size_t keep = max_bytes - kEllipsis.size();
  while (keep > 0 && is_continuation(text[keep])) --keep;
  return std::string(text.substr(0, keep)) + std::string(kEllipsis);
}

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

std::string bounded_name(std::string_view name, std::size_t max) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'; };
  if (name.size() <= max && std::ranges::all_of(name, plain)) return std::string(name);
  constexpr std::size_t kHash = 8;
  std::string out;
  for (const char c : name) {
    if (out.size() + 1 + kHash >= max) break;
    const char lower = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (plain(lower)) out += lower;
  }
  while (out.ends_with('-')) out.pop_back();
  const std::string hash = sha256_hex(name).substr(0, kHash);
  return out.empty() ? hash : out + "-" + hash;
}

}  // namespace deployctl
