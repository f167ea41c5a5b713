#pragma once

// What somebody who mistyped a word probably meant. Pure.

#include <string>
#include <string_view>
#include <vector>

namespace deployctl::config {

/// The known word with the fewest mistakes, when they are at most a third of the letters, or one; a word that only goes
/// on or stops early is one mistake. Else empty.
std::string nearest(std::string_view word, const std::vector<std::string>& known);
/// " (did you mean \"type\"?)", or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& known);

}  // namespace deployctl::config
