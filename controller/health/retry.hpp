#pragma once

// How long a check waits before it is tried again. Pure: jitter comes from a hash, so that decisions can be repeated.

#include <cstdint>
#include <string_view>

#include "api/health.hpp"

namespace deployctl::health {

/// After the `failed`-th failed attempt (from 1): initial * factor^(failed-1), at most max, less up to a fifth of it by
/// a hash of `seed` and `failed`, so that checks of many objects do not fall into step.
Duration delay_after(const api::Backoff& backoff, std::int64_t failed, std::string_view seed);

}  // namespace deployctl::health
