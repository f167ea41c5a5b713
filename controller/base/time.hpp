#pragma once

// The three kinds of time the product tells apart, and how wall time is written (RFC 3339, UTC, whole seconds for
// metav1.Time fields, microseconds where MicroTime is asked).

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace deployctl {

using Duration = std::chrono::milliseconds;
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;  ///< what a calendar shows; may jump
using SteadyTime = std::chrono::steady_clock::time_point;           ///< for deadlines and durations inside one process

/// "2026-11-23T20:45:17Z"
std::string format_rfc3339(WallTime time);
/// "2026-11-23T20:45:17.000123Z"
std::string format_rfc3339_micro(WallTime time);
/// Reads either form, with `Z` or a numeric offset; nothing on anything else.
std::optional<WallTime> parse_rfc3339(std::string_view text);

}  // namespace deployctl
