#pragma once

// What the waiting primitives of this room share: a place to stand until somebody wakes it, and the one way to tell a
// wake-up from a cancellation (both end a timer with operation_aborted).

#include <boost/asio/steady_timer.hpp>

#include "async/asio.hpp"

namespace deployctl {

/// Throws operation_aborted when the calling coroutine was asked to stop.
Task<void> throw_if_cancelled();

/// A wake-up call for one or many coroutines. Must outlive who waits. One thread: no locks.
class WakeUp {
 public:
  explicit WakeUp(const asio::any_io_executor& executor) : timer_(executor, asio::steady_timer::time_point::max()) {}

  /// Returns after `wake` or a cancellation, without saying which: look at the state waited for, then
  /// throw_if_cancelled().
  Task<void> wait();
  /// Ends every wait under way; one that starts later waits for the next call.
  void wake() { timer_.cancel(); }

 private:
  asio::steady_timer timer_;
};

}  // namespace deployctl
