#include "runtime/work_queue.hpp"

#include <algorithm>
#include <utility>

#include "async/with_timeout.hpp"

namespace deployctl::runtime {

namespace {

/// Rounded up, so that a wait never ends a moment before its time.
Duration until(SteadyTime due, SteadyTime now) {
  return std::max(Duration::zero(), std::chrono::ceil<Duration>(due - now));
}

}  // namespace

WorkQueue::WorkQueue(asio::any_io_executor executor, Clock& clock, Metrics& metrics, BackoffOptions backoff)
    : clock_(clock), metrics_(metrics), backoff_(backoff), changed_(std::move(executor)) {
  metrics_.before_serialize([this] { measure(); });
}

void WorkQueue::add(const ObjectKey& key, Priority priority) { add_after(key, Duration::zero(), priority); }

void WorkQueue::add_after(const ObjectKey& key, Duration delay, Priority priority) {
  const SteadyTime now = clock_.steady();
  if (state_.add(key, now + delay, priority, now)) metrics_.queue_added();
  changed_.notify();
}

void WorkQueue::retry(const ObjectKey& key, Duration at_least) {
  metrics_.queue_retried();
  add_after(key, std::max(at_least, backoff_.next(key, clock_.steady())), Priority::Retry);
}

Task<std::optional<ObjectKey>> WorkQueue::next() {
  while (!closed_) {
    const SteadyTime now = clock_.steady();
    if (auto taken = state_.take(now)) {
      metrics_.queue_waited(std::chrono::duration_cast<Duration>(now - taken->ready_since));
      started_[taken->key] = now;
      co_return std::move(taken->key);
    }
    if (const auto due = state_.next_due())
      co_await with_timeout(clock_, until(*due, now), changed_.wait());
    else
      co_await changed_.wait();
  }
  co_return std::nullopt;
}

void WorkQueue::done(const ObjectKey& key) {
  const SteadyTime now = clock_.steady();
  if (const auto started = started_.find(key); started != started_.end()) {
    metrics_.queue_worked(std::chrono::duration_cast<Duration>(now - started->second));
    started_.erase(started);
  }
  state_.done(key, now);
  changed_.notify();
}

void WorkQueue::shut_down() {
  closed_ = true;
  changed_.notify();
}

void WorkQueue::measure() {
  const SteadyTime now = clock_.steady();
  Duration unfinished{};
  Duration longest{};
  for (const auto& [key, started] : started_) {
    const auto running = std::chrono::duration_cast<Duration>(now - started);
    unfinished += running;
    longest = std::max(longest, running);
  }
  metrics_.set_queue(state_.depth(now), unfinished, longest);
}

}  // namespace deployctl::runtime
