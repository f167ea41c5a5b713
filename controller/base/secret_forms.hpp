#pragma once

// The byte strings in which a secret value shows up in text: itself, each of its lines, both percent-encoded and
// JSON-escaped (once and twice) as most encoders do it, and base64 (both alphabets, with and without padding, at each
// of the three alignments inside a longer encoded text, and wrapped at 64 and 76 columns). Encoders of another taste
// are met by undoing the escapes of the text instead (text_views). Used by SecretSet alone. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace deployctl {

/// None shorter than kShortestSecret; may repeat.
std::vector<std::string> secret_forms(std::string_view value);

}  // namespace deployctl
