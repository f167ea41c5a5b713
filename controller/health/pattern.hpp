#pragma once

// `expectedBody`: an RE2 pattern, linear in the text whatever the pattern says (fault S19). Never std::regex.

#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl::health {

/// Error: Invalid, naming what RE2 dislikes.
Result<void> check_pattern(const std::string& pattern);

/// Whether it matches anywhere; a pattern that does not compile matches nothing.
bool found_in(std::string_view text, const std::string& pattern);

}  // namespace deployctl::health
