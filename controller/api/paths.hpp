#pragma once

// Relative paths as a spec may hold them; only the text is looked at. Opening them safely is sources/contained's.

#include <string_view>

namespace deployctl::api {

/// Not absolute, and no part is `..`.
bool stays_inside(std::string_view path);

/// The name of an inline file: stays inside, does not begin with `-`, 1 to 253 characters, no control character.
bool is_file_name(std::string_view path);

/// One that a tool gets as an argument: stays inside, is not empty, does not begin with `-`, printable ASCII alone.
bool is_argument_path(std::string_view path);

}  // namespace deployctl::api
