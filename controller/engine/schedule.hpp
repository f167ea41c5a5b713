#pragma once

// When things are due. All jitter comes from a hash of the object's uid, so that decisions stay pure and a thousand
// objects with one interval do not fall into step (fault I15).

#include <cstdint>
#include <string_view>

#include "api/deployment.hpp"
#include "base/time.hpp"

namespace deployctl::engine {

/// After the `attempts`-th failed attempt (from 1): retry.interval, doubling to retry.maxInterval, less up to a tenth.
Duration retry_delay(const api::RetrySpec& retry, std::int64_t attempts, std::string_view uid);

/// Between two looks: the interval less up to a tenth of it. Never under the floor.
Duration recheck_delay(Duration interval, std::string_view uid);

/// The first look after a start, counted from it: somewhere within the interval.
Duration first_recheck_delay(Duration interval, std::string_view uid);

}  // namespace deployctl::engine
