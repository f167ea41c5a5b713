#include "runtime/backoff.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/jitter.hpp"

namespace deployctl::runtime {

void TokenBucket::fill(SteadyTime now) {
  if (filled_ != SteadyTime{} && now > filled_) {
    const double seconds = std::chrono::duration<double>(now - filled_).count();
    tokens_ = std::min(burst_, tokens_ + seconds * rate_);
  }
  filled_ = std::max(filled_, now);
}

Duration TokenBucket::reserve(SteadyTime now) {
  fill(now);
  tokens_ -= 1;
  if (tokens_ >= 0) return Duration::zero();
  return std::chrono::ceil<Duration>(std::chrono::duration<double>(-tokens_ / rate_));
}

bool TokenBucket::try_take(SteadyTime now) {
  fill(now);
  if (tokens_ < 1) return false;
  tokens_ -= 1;
  return true;
}

Duration Backoff::next(const ObjectKey& key, SteadyTime now) {
  const std::size_t before = failures_[key]++;
  const double factor = std::ldexp(1.0, static_cast<int>(std::min<std::size_t>(before, 60)));
  const double wanted = static_cast<double>(options_.first.count()) * factor;
  const Duration plain(static_cast<Duration::rep>(std::min(wanted, static_cast<double>(options_.longest.count()))));
  const std::string seed = key.str() + "#" + std::to_string(before);
  return std::max(jittered(plain, options_.jitter, seed), bucket_.reserve(now));
}

std::size_t Backoff::failures(const ObjectKey& key) const {
  const auto found = failures_.find(key);
  return found == failures_.end() ? 0 : found->second;
}

}  // namespace deployctl::runtime
