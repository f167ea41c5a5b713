#pragma once

// Operation ids: ULIDs (26 characters of Crockford's base32: 48 bits of milliseconds, 80 random bits), so that ids sort
// by the time they were made. https://github.com/ulid/spec

#include <optional>
#include <string>
#include <string_view>

#include "base/time.hpp"

namespace deployctl {

/// `entropy` is 10 bytes (random_bytes(10)); given by the caller so that tests are exact.
std::string make_ulid(WallTime now, std::string_view entropy);

/// When it was made; nothing when it is no ULID.
std::optional<WallTime> time_of_ulid(std::string_view ulid);

}  // namespace deployctl
