#include "base/text_views.hpp"

#include <optional>
#include <utility>

namespace deployctl {
namespace {

class Builder {
 public:
  explicit Builder(std::size_t size) {
    view_.text.reserve(size);
    view_.begins.reserve(size);
    view_.ends.reserve(size);
  }
  void add(std::string_view bytes, std::size_t begin, std::size_t end) {
    for (const char byte : bytes) {
      view_.text += byte;
      view_.begins.push_back(begin);
      view_.ends.push_back(end);
    }
  }
  TextView finish() { return std::move(view_); }

 private:
  TextView view_;
};

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

std::string utf8(unsigned point) {
  const auto byte = [](unsigned value) { return static_cast<char>(value); };
  const auto tail = [&](unsigned shift) { return byte(0x80U | ((point >> shift) & 0x3FU)); };
  if (point < 0x80) return {byte(point)};
  if (point < 0x800) return {byte(0xC0U | point >> 6U), tail(0)};
  if (point < 0x10000) return {byte(0xE0U | point >> 12U), tail(6), tail(0)};
  return {byte(0xF0U | point >> 18U), tail(12), tail(6), tail(0)};
}

TextView percent_decoded(std::string_view text, bool plus_is_blank) {
  Builder view(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto number = text[at] == '%' ? hex_number(text.substr(at + 1), 2) : std::nullopt;
    const std::size_t size = number ? 3 : 1;
    const char byte = number ? static_cast<char>(*number) : plus_is_blank && text[at] == '+' ? ' ' : text[at];
    view.add({&byte, 1}, at, at + size);
    at += size;
  }
  return view.finish();
}

struct Escape {
  std::string bytes;
  std::size_t size;
};

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
  if (text.empty()) return std::nullopt;
  switch (text.front()) {
    case '"':
    case '\'':
    case '\\':
    case '/': return Escape{std::string(1, text.front()), 1};
    case 'b': return Escape{"\b", 1};
    case 'f': return Escape{"\f", 1};
    case 'n': return Escape{"\n", 1};
    case 'r': return Escape{"\r", 1};
    case 't': return Escape{"\t", 1};
    case 'u': return unicode_escape(text);
    case 'x': {
      const auto number = hex_number(text.substr(1), 2);
      if (!number) return std::nullopt;
      return Escape{std::string(1, static_cast<char>(*number)), 3};
    }
    default: return std::nullopt;
  }
}

TextView json_unescaped(std::string_view text) {
  Builder view(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto found = text[at] == '\\' ? escape(text.substr(at + 1)) : std::nullopt;
    const std::size_t size = found ? 1 + found->size : 1;
    view.add(found ? std::string_view(found->bytes) : text.substr(at, 1), at, at + size);
    at += size;
  }
  return view.finish();
}

/// The inner view's places, told in terms of the text that the outer one was made from.
TextView composed(const TextView& outer, TextView inner) {
  for (std::size_t i = 0; i < inner.text.size(); ++i) {
    const Span origin = outer.origin({inner.begins[i], inner.ends[i]});
    inner.begins[i] = origin.begin;
    inner.ends[i] = origin.end;
  }
  return inner;
}

bool contains(std::string_view text, char c) { return text.find(c) != std::string_view::npos; }

}  // namespace

std::vector<TextView> decoded_views(std::string_view text) {
  std::vector<TextView> views;
  if (contains(text, '%')) views.push_back(percent_decoded(text, false));
  if (contains(text, '+')) views.push_back(percent_decoded(text, true));
  if (!contains(text, '\\')) return views;
  TextView once = json_unescaped(text);
  if (contains(once.text, '\\')) {
    TextView twice = composed(once, json_unescaped(once.text));
    views.push_back(std::move(twice));
  }
  views.push_back(std::move(once));
  return views;
}

}  // namespace deployctl
