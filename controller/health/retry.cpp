#include "health/retry.hpp"

#include <algorithm>
#include <string>

#include "base/sha256.hpp"

namespace deployctl::health {
namespace {

/// A number below 1000 that looks random and is always the same for the same text.
std::int64_t permille_of(const std::string& text) {
  constexpr int kHexDigits = 8;
  return std::stoll(sha256_hex(text).substr(0, kHexDigits), nullptr, 16) % 1000;
}

}  // namespace

Duration delay_after(const api::Backoff& backoff, std::int64_t failed, std::string_view seed) {
  const std::int64_t max = std::max<std::int64_t>(backoff.max.count(), 0);
  const std::int64_t factor = std::max<std::int64_t>(backoff.factor, 1);
  std::int64_t delay = std::clamp<std::int64_t>(backoff.initial.count(), 0, max);
  for (std::int64_t i = 1; i < failed && delay > 0 && delay < max && factor > 1; ++i) {
    delay = delay > max / factor ? max : delay * factor;
  }
  const std::int64_t jitter = delay / 5 * permille_of(std::string(seed) + "/" + std::to_string(failed)) / 1000;
  return Duration(delay - jitter);
}

}  // namespace deployctl::health
