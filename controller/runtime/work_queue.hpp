#pragma once

// The work queue: keys in, one consumer out (ControllerLoop). The rules are WorkQueueState's; this adds waiting on the
// Clock, back-off and the queue's metrics. One per process; outlives its users. One thread.

#include <optional>
#include <unordered_map>

#include "async/clock.hpp"
#include "async/notifier.hpp"
#include "runtime/backoff.hpp"
#include "runtime/metrics.hpp"
#include "runtime/work_queue_state.hpp"

namespace deployctl::runtime {

class WorkQueue {
 public:
  WorkQueue(asio::any_io_executor executor, Clock& clock, Metrics& metrics, BackoffOptions backoff = {});

  void add(const ObjectKey& key, Priority priority = Priority::Change);
  void add_after(const ObjectKey& key, Duration delay, Priority priority);
  /// After a failure: waits as Backoff says, at least `at_least`.
  void retry(const ObjectKey& key, Duration at_least = Duration::zero());
  /// The key's failures are over.
  void forget(const ObjectKey& key) { backoff_.forget(key); }

  /// The next due key, now being processed: call done() when it is. Nothing after shut_down(). One caller at a time;
  /// cancelling throws operation_aborted and loses no key.
  Task<std::optional<ObjectKey>> next();
  void done(const ObjectKey& key);
  /// next() gives no more keys.
  void shut_down();

  /// Brings the queue's gauges up to date (before a scrape).
  void measure();

 private:
  Clock& clock_;
  Metrics& metrics_;
  Backoff backoff_;
  WorkQueueState state_;
  Notifier changed_;
  std::unordered_map<ObjectKey, SteadyTime> started_;
  bool closed_ = false;
};

}  // namespace deployctl::runtime
