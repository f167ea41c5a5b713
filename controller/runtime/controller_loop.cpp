#include "runtime/controller_loop.hpp"

#include <boost/asio/cancellation_state.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <optional>
#include <string>
#include <utility>

#include "base/random.hpp"
#include "base/sha256.hpp"

namespace deployctl::runtime {

namespace {

Error escaped(const char* what) {
  return fail(ErrorKind::Internal, std::string("exception escaped the reconcile: ") + what);
}

}  // namespace

ControllerLoop::ControllerLoop(asio::any_io_executor executor, Clock& clock, const Logger& logger, WorkQueue& queue,
                               Metrics& metrics, Reconcile reconcile, std::size_t workers)
    : clock_(clock),
      logger_(logger),
      queue_(queue),
      metrics_(metrics),
      reconcile_(std::move(reconcile)),
      places_(executor, workers),
      group_(executor) {}

Task<void> ControllerLoop::run() {
  std::exception_ptr cancelled;
  try {
    co_await dispatch();
    co_await group_.join();
  } catch (const boost::system::system_error&) {
    cancelled = std::current_exception();
  }
  if (!cancelled) co_return;
  co_await asio::this_coro::reset_cancellation_state(asio::disable_cancellation());
  group_.cancel_all();
  co_await group_.join();
  std::rethrow_exception(cancelled);
}

Task<void> ControllerLoop::dispatch() {
  while (true) {
    Semaphore::Permit permit = co_await places_.acquire();
    std::optional<ObjectKey> key = co_await queue_.next();
    if (!key) co_return;
    group_.spawn("reconcile " + key->str(), work(*key, std::move(permit)));
  }
}

Task<void> ControllerLoop::work(ObjectKey key, Semaphore::Permit /*permit*/) {
  const SteadyTime started = clock_.steady();
  metrics_.reconcile_started();
  // The id stands in every line the loop logs about this run.
  const std::string reconcile_id = hmac_sha256_hex(random_bytes(16), key.str()).substr(0, 32);
  const Outcome outcome = co_await reconcile_once(key, reconcile_id);
  settle(key, outcome, std::chrono::duration_cast<Duration>(clock_.steady() - started));
}

Task<Outcome> ControllerLoop::reconcile_once(ObjectKey key, std::string reconcile_id) {
  std::exception_ptr cancelled;
  std::optional<Error> error;
  try {
    Outcome outcome = co_await reconcile_(key);
    if (outcome.error && outcome.error->kind != ErrorKind::Conflict)
      logger_.about(LogLevel::Error, key, "Reconcile failed",
                    {{"reconcileID", reconcile_id}, {"error", outcome.error->message}});
    co_return outcome;
  } catch (const boost::system::system_error& thrown) {
    if (thrown.code() == asio::error::operation_aborted)
      cancelled = std::current_exception();
    else
      error = escaped(thrown.what());
  } catch (const std::exception& thrown) {
    error = escaped(thrown.what());
  } catch (...) {
    error = escaped("of an unknown type");
  }
  if (cancelled && (co_await asio::this_coro::cancellation_state).cancelled() != asio::cancellation_type::none) {
    settle(key, {.error = fail(ErrorKind::Conflict, "cancelled")}, Duration::zero());
    std::rethrow_exception(cancelled);
  }
  if (!error) error = escaped("an operation was aborted that nobody cancelled");
  metrics_.reconcile_panicked();
  logger_.about(LogLevel::Error, key, "Reconcile failed unexpectedly",
                {{"reconcileID", reconcile_id}, {"error", error->message}});
  co_return Outcome{.error = std::move(error)};
}

void ControllerLoop::settle(const ObjectKey& key, const Outcome& outcome, Duration took) {
  if (outcome.error && outcome.terminal) {
    metrics_.terminal_error();
    metrics_.reconcile_finished(ReconcileResult::Error, took);
    queue_.forget(key);
  } else if (outcome.error && outcome.error->kind == ErrorKind::Conflict) {
    // Somebody else wrote first: no fault of anybody, the watch brings the new state.
    metrics_.reconcile_finished(ReconcileResult::Requeue, took);
    queue_.retry(key);
  } else if (outcome.error) {
    metrics_.reconcile_finished(ReconcileResult::Error, took);
    queue_.retry(key, outcome.error->retry_after.value_or(Duration::zero()));
  } else if (outcome.requeue_after) {
    metrics_.reconcile_finished(ReconcileResult::RequeueAfter, took);
    queue_.forget(key);
    queue_.add_after(key, *outcome.requeue_after, Priority::Retry);
  } else {
    metrics_.reconcile_finished(ReconcileResult::Success, took);
    queue_.forget(key);
  }
  queue_.done(key);
}

}  // namespace deployctl::runtime
