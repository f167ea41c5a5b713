#pragma once

// The byte strings in which a secret value shows up in text: itself, percent-encoded and JSON-escaped (once and twice)
// as most encoders do it, each of its lines, and the pieces that base64 wrapped at 64 or 76 columns makes of it.
// Base64, and encoders of another taste, are met by decoding the text instead (text_decoders). Used by SecretSet alone.
// Pure.

#include <string>
#include <string_view>
#include <vector>

namespace deployctl {

/// None shorter than kShortestSecret; may repeat.
std::vector<std::string> secret_forms(std::string_view value);

}  // namespace deployctl
