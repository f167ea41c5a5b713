#include "health/retry.hpp"

#include <algorithm>
#include <string>

#include "base/jitter.hpp"

namespace deployctl::health {
namespace {

constexpr double kJitterShare = 0.2;

}  // namespace

Duration delay_after(const api::Backoff& backoff, std::int64_t failed, std::string_view seed) {
  const std::int64_t max = std::max<std::int64_t>(backoff.max.count(), 0);
  const std::int64_t factor = std::max<std::int64_t>(backoff.factor, 1);
  std::int64_t delay = std::clamp<std::int64_t>(backoff.initial.count(), 0, max);
  for (std::int64_t i = 1; i < failed && delay > 0 && delay < max && factor > 1; ++i) {
    delay = delay > max / factor ? max : delay * factor;
  }
  const double less = kJitterShare * jitter_of(std::string(seed) + "/" + std::to_string(failed));
  return Duration(delay - static_cast<std::int64_t>(static_cast<double>(delay) * less));
}

}  // namespace deployctl::health
