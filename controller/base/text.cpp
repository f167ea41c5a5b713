#include "base/text.hpp"

#include <algorithm>
#include <cstdint>

#include "base/sha256.hpp"

namespace deployctl {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr std::string_view kEllipsis = "\xE2\x80\xA6";     // U+2026
constexpr char32_t kEscape = 0x1B;
// An unfinished string sequence (window title, …) hides at most this much of what follows it.
constexpr std::size_t kLongestControlString = 1024;

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

struct CodePoint {
  char32_t value = 0;
  std::size_t size = 0;  ///< 0: not valid UTF-8 here
};

CodePoint decode(std::string_view text) {
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return {first, 1};
  const std::size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return {};
  char32_t value = first & (0xFFU >> (size + 1));
  for (std::size_t i = 1; i < size; ++i) {
    if (!is_continuation(text[i])) return {};
    value = value << 6U | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  const bool overlong = (size == 3 && value < 0x800) || (size == 4 && value < 0x10000);
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (overlong || surrogate || value > 0x10FFFF) return {};
  return {value, size};
}

/// Moves a terminal, or changes the order in which the rest of the line is shown (made to deceive readers).
bool is_control(const CodePoint& point) {
  const char32_t c = point.value;
  const bool changes_direction = (c >= 0x202A && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
  return point.size > 0 && (c < 0x20 || (c >= 0x7F && c <= 0x9F) || changes_direction);
}

bool is_blank(char32_t c) { return c == ' ' || (c >= '\t' && c <= '\r') || c == 0x85 || c == 0x2028 || c == 0x2029; }

/// Parameters and final character of a control sequence: the part of `text` after ESC [.
std::size_t control_sequence_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && text[size] >= 0x20 && text[size] <= 0x3F) ++size;
  const bool has_final = size < text.size() && text[size] >= 0x40 && text[size] <= 0x7E;
  return has_final ? size + 1 : size;
}

/// The part of `text` after ESC ] up to BEL or ESC \, nothing when it does not end on this line.
std::size_t control_string_size(std::string_view text) {
  const std::string_view window = text.substr(0, kLongestControlString);
  const std::size_t end = window.find_first_of("\a\x1B\n\r");
  if (end == std::string_view::npos || window[end] == '\n' || window[end] == '\r') return 0;
  if (window[end] == '\a') return end + 1;
  return window.substr(end).starts_with("\x1B\\") ? end + 2 : end;
}

/// How many bytes of `text`, which begins with ESC, are no text.
std::size_t escape_size(std::string_view text) {
  if (text.size() < 2) return 1;
  const std::string_view rest = text.substr(2);
  switch (text[1]) {
    case '[': return 2 + control_sequence_size(rest);
    case ']':
    case 'P':
    case 'X':
    case '^':
    case '_': return 2 + control_string_size(rest);
    default: break;
  }
  std::size_t size = 1;
  while (size < text.size() && text[size] >= 0x20 && text[size] <= 0x2F) ++size;
  return size < text.size() && text[size] >= 0x30 && text[size] <= 0x7E ? size + 1 : size;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  bool is_space_due = false;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const CodePoint point = decode(rest);
    if (point.value == kEscape) {
      at += escape_size(rest);
      continue;
    }
    at += std::max<std::size_t>(point.size, 1);
    if (is_blank(point.value)) {
      is_space_due = !line.empty();
      continue;
    }
    if (is_control(point)) continue;
    if (is_space_due) line += ' ';
    is_space_due = false;
    line += point.size > 0 ? rest.substr(0, point.size) : kReplacement;
  }
  return line;
}

std::string cut(std::string_view text, std::size_t max_bytes) {
  if (text.size() <= max_bytes) return std::string(text);
  if (max_bytes < kEllipsis.size()) return {};
  std::size_t keep = max_bytes - kEllipsis.size();
  while (keep > 0 && is_continuation(text[keep])) --keep;
  return std::string(text.substr(0, keep)) + std::string(kEllipsis);
}

std::string valid_utf8(std::string_view text) {
  std::string valid;
  valid.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view rest = text.substr(at);
    const std::size_t size = decode(rest).size;
    valid += size > 0 ? rest.substr(0, size) : kReplacement;
    at += std::max<std::size_t>(size, 1);
  }
  return valid;
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
  return out.empty() ? hash.substr(0, max) : out + "-" + hash;
}

}  // namespace deployctl
