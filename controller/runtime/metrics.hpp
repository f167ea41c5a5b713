#pragma once

// The process's metrics: a prometheus-cpp registry and the series every controller has, under controller-runtime's and
// client-go's names, so that dashboards in the wild work. rest_client_rate_limiter_duration_seconds is not there: no
// request waits for a limiter of ours (the server's priority and fairness decides), so there is nothing to measure. All
// closed label values exist from the start at zero. One per process, made before everything that counts; app/ adds the
// product's own series to registry() and serves serialize(). Label names are constants; values are escaped by the
// serializer. One thread.

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/time.hpp"

namespace deployctl::runtime {

/// Label `controller` of the reconcile metrics and `name` of the queue's (kube-controller-manager has `deployment`).
inline constexpr std::string_view kControllerLabel = "deployctl-deployment";

enum class ReconcileResult : std::uint8_t { Success, Error, Requeue, RequeueAfter };

class Metrics {
 public:
  explicit Metrics(std::size_t workers);

  prometheus::Registry& registry() { return registry_; }
  /// The text of /metrics; process_* and the queue's gauges are read now.
  std::string serialize();
  /// Called at each serialize, for gauges that are cheaper to read than to keep.
  void before_serialize(std::function<void()> refresh) { refreshers_.push_back(std::move(refresh)); }

  /// Appends to the text at each serialize: families whose rows are too many to be kept in the registry. Escaping
  /// is its matter.
  void add_text(std::function<void(std::string&)> append) { appenders_.push_back(std::move(append)); }

  // Reconciles.
  void reconcile_started() { active_workers_.Increment(); }
  void reconcile_finished(ReconcileResult result, Duration took);
  void terminal_error() { terminal_errors_.Increment(); }
  void reconcile_panicked() { panics_.Increment(); }

  // Work queue.
  void queue_added() { queue_adds_.Increment(); }
  void queue_retried() { queue_retries_.Increment(); }
  void queue_waited(Duration waited);
  void queue_worked(Duration worked);
  void set_queue(std::size_t depth, Duration unfinished, Duration longest);

  /// One request to the API server; `code` is "<error>" when no answer came.
  void rest_request(const std::string& code, const std::string& method, const std::string& verb,
                    const std::string& host, Duration took);

  /// A request of which that try was not the last.
  void rest_retry(const std::string& code, const std::string& verb, const std::string& host);

  void watch_event_dropped(std::string_view reason);
  void event_failed() { events_failed_.Increment(); }
  void set_unreadable(std::size_t objects) { objects_quarantined_.Set(static_cast<double>(objects)); }

 private:
  prometheus::Registry registry_;
  std::map<ReconcileResult, prometheus::Counter*> reconciles_;
  prometheus::Counter& errors_;
  prometheus::Counter& terminal_errors_;
  prometheus::Counter& panics_;
  prometheus::Histogram& reconcile_time_;
  prometheus::Gauge& active_workers_;
  prometheus::Gauge& queue_depth_;
  prometheus::Counter& queue_adds_;
  prometheus::Counter& queue_retries_;
  prometheus::Histogram& queue_duration_;
  prometheus::Histogram& work_duration_;
  prometheus::Gauge& unfinished_work_;
  prometheus::Gauge& longest_running_;
  prometheus::Family<prometheus::Counter>& rest_requests_;
  prometheus::Family<prometheus::Histogram>& rest_durations_;
  prometheus::Family<prometheus::Counter>& rest_retries_;
  prometheus::Family<prometheus::Counter>& events_dropped_;
  prometheus::Counter& events_failed_;
  prometheus::Gauge& objects_quarantined_;
  std::vector<std::function<void()>> refreshers_;
  std::vector<std::function<void(std::string&)>> appenders_;
};

}  // namespace deployctl::runtime
