#pragma once

// What a reconcile says to the loop that called it: done until something changes, come again after a while, or an error
// (retried with the key's back-off). The reason why it was called is hidden from it, as in controller-runtime.

#include <optional>

#include "base/error.hpp"
#include "base/time.hpp"

namespace deployctl {

struct Outcome {
  std::optional<Duration> requeue_after;
  std::optional<Error> error;  ///< retried with back-off unless `terminal`
  bool terminal = false;       ///< counted as a terminal error, not retried
};

}  // namespace deployctl
