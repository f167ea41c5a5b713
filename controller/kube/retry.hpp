#pragma once

// When the same request is sent again, as a pure function: the one table for calls (watches have their own back-off in
// kube/list_watch_state).
//
//   no connection          3 tries, 0.25 s apart            TLS or proxy said no    never
//   answer lost            3 tries when repeatable          409, other 4xx          never (the decision is stale or
//   wrong) 429                    10 tries, Retry-After or own back-off, whatever the method: it was not processed 5xx
//   with Retry-After   the same                         5xx without             10 tries when repeatable
//
// Own back-off: 0.5 s doubling to 8 s, jittered. A Retry-After over a minute is handed to the caller instead.

#include <optional>

#include "base/time.hpp"
#include "http/failure.hpp"

namespace deployctl::kube {

inline constexpr int kMaxTries = 10;
inline constexpr int kMaxTriesUnanswered = 3;
inline constexpr Duration kLongestRetryAfter = std::chrono::minutes(1);
/// A Retry-After is never obeyed for longer, by nobody: neither a watch nor a reconcile stands still for an hour
/// because a server, or a proxy before it, said 3600. The number is ours: client-go has no limit and waits as long as
/// it is told; the API server itself says seconds.
inline constexpr Duration kLongestWait = std::chrono::minutes(2);

struct TryOutcome {
  int tries = 1;  ///< made so far
  bool repeatable = true;
  int status = 0;  ///< 0: no answer, `phase` says how far it got
  http::Phase phase = http::Phase::Sent;
  std::optional<Duration> retry_after;
};

/// How long to wait before the next try; nothing: this outcome is the answer. `random` is in [0, 1).
std::optional<Duration> retry_delay(const TryOutcome& outcome, double random);

}  // namespace deployctl::kube
