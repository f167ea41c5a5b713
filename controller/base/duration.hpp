#pragma once

// Durations as Kubernetes users write them: "90s", "5m", "1h30m", "1.5s", "250ms".
// Pattern of Flux: ^([0-9]+(\.[0-9]+)?(ms|s|m|h))+$ ; the parser is total, days do not exist, the cap is 720h.

#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"

namespace deployctl {

/// The longest duration any field accepts (api.md: durations <= 720h).
inline constexpr Duration kMaxDuration = std::chrono::hours(720);

/// Error: Invalid, naming the text (cut to 64 characters) and what is accepted.
Result<Duration> parse_duration(std::string_view text);

/// The shortest exact form that parse_duration reads back: 90000 ms is "1m30s", 0 is "0s".
std::string format_duration(Duration duration);

}  // namespace deployctl
