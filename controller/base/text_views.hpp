#pragma once

// A text as it reads after undoing an escaping, with the way back: so that a secret is found however much of it an
// encoder chose to escape ("%2f" or "/", "\u003c" or "<"), instead of guessing every encoder's taste. Used by SecretSet
// alone. Pure, linear in the text.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/secret_index.hpp"

namespace deployctl {

/// The unescaped text and, for each of its bytes and its end, where that stands in the text it came from.
struct TextView {
  std::string text;
  std::vector<std::size_t> begins;
  std::vector<std::size_t> ends;  ///< ends[i]: one past the escape that gave byte i

  [[nodiscard]] Span origin(const Span& span) const { return {begins[span.begin], ends[span.end - 1]}; }
};

/// Percent-encoding undone (with "+" as it is and as a blank), JSON escapes undone once and twice; only views that
/// differ from `text`.
std::vector<TextView> decoded_views(std::string_view text);

}  // namespace deployctl
