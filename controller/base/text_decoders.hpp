#pragma once

// Undoing the encodings in which secrets hide, with the way back to the text they were found in: so that a secret is
// found however much of it an encoder chose to escape ("%2f" or "/", "\u003c" or "<") and wherever in a longer base64
// text it begins, instead of listing every encoder's taste. Used by SecretSet alone. Pure, linear in the text.

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_index.hpp"

namespace deployctl {

/// What decoding gives. The places are kept on demand: they cost sixteen times the text and are rarely asked for.
struct Decoded {
  std::string text;
  bool keeps_places = false;
  std::vector<Span> places = {};  ///< for each byte of `text` the bytes that gave it

  void add(char byte, std::size_t begin, std::size_t end) {
    text += byte;
    if (keeps_places) places.push_back({begin, end});
  }
  [[nodiscard]] Span origin(const Span& span) const { return {places[span.begin].begin, places[span.end - 1].end}; }
};

struct TextDecoder {
  std::string_view name;
  /// Text without any of these characters is left alone; empty: always worth a try.
  std::string_view triggers;
  void (*decode)(std::string_view text, Decoded& into);
  bool is_last = false;  ///< what comes out is not decoded again
};

/// Percent-encoding (with "+" as it is and as a blank), JSON's escapes, and base64 in both alphabets at each of the
/// four places where a group of its characters can begin.
const std::vector<TextDecoder>& text_decoders();

}  // namespace deployctl
