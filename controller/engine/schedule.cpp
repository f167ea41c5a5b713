#include "engine/schedule.hpp"

#include <algorithm>
#include <string>

#include "api/constants.hpp"
#include "base/jitter.hpp"

namespace deployctl::engine {

namespace {

/// Less up to a tenth of it.
Duration less(Duration whole, std::string_view uid, std::int64_t salt) {
  const double share = jitter_of(std::string(uid) + "/" + std::to_string(salt)) / 10;
  return whole - Duration(static_cast<Duration::rep>(static_cast<double>(whole.count()) * share));
}

}  // namespace

Duration retry_delay(const api::RetrySpec& retry, std::int64_t attempts, std::string_view uid) {
  Duration delay = std::min(retry.interval, retry.max_interval);
  for (std::int64_t n = 1; n < attempts && delay < retry.max_interval; ++n)
    delay = std::min(delay * 2, retry.max_interval);
  return less(delay, uid, attempts);
}

Duration recheck_delay(Duration interval, std::string_view uid) {
  const Duration whole = std::max(interval, api::limits::kIntervalFloor);
  return std::max(less(whole, uid, 0), api::limits::kIntervalFloor);
}

Duration first_recheck_delay(Duration interval, std::string_view uid) {
  return spread(std::max(interval, api::limits::kIntervalFloor), uid);
}

}  // namespace deployctl::engine
