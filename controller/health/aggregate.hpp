#pragma once

// From checks to one answer. Pure.

#include <cstddef>
#include <cstdint>

#include "api/health.hpp"

namespace deployctl::health {

enum class Health : std::uint8_t { Unknown, Healthy, Unhealthy };

struct Tally {
  std::size_t total = 0;
  std::size_t passed = 0;
  std::size_t failed = 0;
};

/// Unknown while unfinished checks can still change the answer. No checks: Healthy.
Health aggregate(const api::Require& require, const Tally& tally);

/// How many outcomes in a row it takes to change one's mind (fault H5: a flapping check changes nothing).
struct Thresholds {
  std::int64_t success = 1;
  std::int64_t failure = 3;
};
struct Trend {
  Health health = Health::Unknown;
  std::int64_t against = 0;  ///< outcomes in a row that contradict `health`
  bool operator==(const Trend&) const = default;
};
/// The first outcome decides at once; later ones when the threshold is reached.
Trend follow(Trend trend, bool passed, const Thresholds& thresholds);

}  // namespace deployctl::health
