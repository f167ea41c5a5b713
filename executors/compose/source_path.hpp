#pragma once

// Paths as a compose file gives them: their variables replaced, and where below the source they lead. Pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl::compose {

/// "./a//b" below "x/y" is "x/y/a/b", as the keys of a source tree are written; "." is the source itself. Nothing when
/// it is absolute, begins with "~", which compose makes a home of, or leads out.
std::optional<std::string> below_source(const std::string& directory, std::string_view path);

/// "a/b" of "a/b/c", "." of "c".
std::string directory_of(const std::string& path);

/// `$NAME`, `${NAME}`, `${NAME-word}`, `${NAME:-word}` and `$$`. Without `defaults` a word does not help: an .env file
/// beside the project may know the name. Error: Invalid; a sentence about the text.
Result<std::string> interpolated(std::string_view text, const std::map<std::string, std::string>& environment,
                                 bool defaults);

}  // namespace deployctl::compose
