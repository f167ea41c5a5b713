#include "kube/retry.hpp"

#include <algorithm>
#include <cmath>

namespace deployctl::kube {

namespace {

constexpr Duration kUnanswered = std::chrono::milliseconds(250);
constexpr Duration kFirst = std::chrono::milliseconds(500);
constexpr Duration kLongest = std::chrono::seconds(8);

Duration jittered(Duration delay, double random) {
  return Duration(std::llround(static_cast<double>(delay.count()) * (1.0 + random * 0.5)));
}

std::optional<Duration> after_silence(const TryOutcome& outcome, double random) {
  if (outcome.tries >= kMaxTriesUnanswered || outcome.phase == http::Phase::Handshake) return std::nullopt;
  if (outcome.phase != http::Phase::Connect && !outcome.repeatable) return std::nullopt;
  return jittered(kUnanswered, random);
}

}  // namespace

std::optional<Duration> retry_delay(const TryOutcome& outcome, double random) {
  if (outcome.status == 0) return after_silence(outcome, random);
  const bool overloaded = outcome.status == 429 || (outcome.status >= 500 && outcome.retry_after);
  const bool broken = outcome.status >= 500 && outcome.repeatable;
  if ((!overloaded && !broken) || outcome.tries >= kMaxTries) return std::nullopt;
  const Duration own = jittered(std::min(kLongest, kFirst * (1 << std::min(outcome.tries - 1, 10))), random);
  if (!outcome.retry_after) return own;
  if (*outcome.retry_after > kLongestRetryAfter) return std::nullopt;
  return std::max(*outcome.retry_after, own);
}

}  // namespace deployctl::kube
