#pragma once

// gzip of whole strings (zlib), bounded when unpacked. Pure; equal input gives equal bytes.

#include <cstddef>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace deployctl::history {

std::string gzip(std::string_view bytes);

/// Error: Invalid, when it is not gzip, is cut off, or unpacks to more than `max_bytes`.
Result<std::string> gunzip(std::string_view bytes, std::size_t max_bytes);

}  // namespace deployctl::history
