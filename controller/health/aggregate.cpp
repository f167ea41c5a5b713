#include "health/aggregate.hpp"

#include <algorithm>

namespace deployctl::health {

Health aggregate(const api::Require& require, const Tally& tally) {
  std::size_t needed = tally.total;
  if (require.kind == api::Require::Kind::Any) needed = std::min<std::size_t>(1, tally.total);
  if (require.kind == api::Require::Kind::Count && tally.total > 0) {
    needed = static_cast<std::size_t>(std::max<std::int64_t>(require.count, 0));
  }
  if (tally.passed >= needed) return Health::Healthy;
  return tally.total - tally.failed >= needed ? Health::Unknown : Health::Unhealthy;
}

Trend follow(Trend trend, bool passed, const Thresholds& thresholds) {
  const Health seen = passed ? Health::Healthy : Health::Unhealthy;
  if (trend.health == Health::Unknown) return {.health = seen, .against = 0};
  if (trend.health == seen) return {.health = seen, .against = 0};
  const std::int64_t needed = passed ? thresholds.success : thresholds.failure;
  if (trend.against + 1 >= needed) return {.health = seen, .against = 0};
  return {.health = trend.health, .against = trend.against + 1};
}

}  // namespace deployctl::health
