#pragma once

// Calls the reconciler for each key of the queue, at most `workers` at once and never twice at once for one key, and
// turns its Outcome into a requeue and metrics. What escapes a reconcile is caught here and nowhere else: logged with
// key and reconcileID, counted, retried with back-off; the process lives (fault R17).

#include <cstddef>
#include <functional>
#include <string>

#include "async/semaphore.hpp"
#include "async/task_group.hpp"
#include "base/log.hpp"
#include "base/outcome.hpp"
#include "runtime/work_queue.hpp"

namespace deployctl::runtime {

class ControllerLoop {
 public:
  using Reconcile = std::function<Task<Outcome>(ObjectKey)>;

  /// All references outlive run().
  ControllerLoop(asio::any_io_executor executor, Clock& clock, const Logger& logger, WorkQueue& queue, Metrics& metrics,
                 Reconcile reconcile, std::size_t workers);

  /// Returns after stop(), when the reconciles that had begun have ended. Cancelling (terminal) cancels them, waits for
  /// their end and throws operation_aborted.
  Task<void> run();
  /// Claims no more work.
  void stop() { queue_.shut_down(); }

 private:
  Task<void> dispatch();
  Task<void> work(ObjectKey key, Semaphore::Permit permit);
  Task<Outcome> reconcile_once(ObjectKey key, std::string reconcile_id);
  /// Metrics and requeue: the one place where an outcome becomes either.
  void settle(const ObjectKey& key, const Outcome& outcome, Duration took);

  Clock& clock_;
  const Logger& logger_;
  WorkQueue& queue_;
  Metrics& metrics_;
  Reconcile reconcile_;
  Semaphore places_;
  TaskGroup group_;
};

}  // namespace deployctl::runtime
