#pragma once

// Text that came from outside (tools, servers, users) made fit to be shown: one line, valid UTF-8, no control
// characters, bounded.

#include <cstddef>
#include <string>
#include <string_view>

namespace deployctl {

/// Valid UTF-8 (each bad byte becomes U+FFFD); ANSI sequences, control characters and direction overrides removed; each
/// run of blanks, tabs and line breaks one space, none at the ends.
std::string one_line(std::string_view text);

/// At most `max_bytes`, cut between code points, with "…" as the last character when something was cut.
std::string cut(std::string_view text, std::size_t max_bytes);

/// Valid UTF-8 with line breaks kept.
std::string valid_utf8(std::string_view text);

/// The number of code points of valid UTF-8 (length limits count code points in schema and C++ alike).
std::size_t code_points(std::string_view text);

/// `name` if it fits `max` and has only characters of `[a-z0-9-]`, else cut and ended by "-" and 8 hex of its SHA-256,
/// so that two long names never meet.
std::string bounded_name(std::string_view name, std::size_t max);

}  // namespace deployctl
