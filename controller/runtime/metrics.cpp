#include "runtime/metrics.hpp"

#include <prometheus/text_serializer.h>

#include <sstream>

#include "runtime/process_metrics.hpp"

namespace deployctl::runtime {

namespace {

using prometheus::BuildCounter;
using prometheus::BuildGauge;
using prometheus::BuildHistogram;
using prometheus::Labels;
using Buckets = prometheus::Histogram::BucketBoundaries;

// controller-runtime pkg/internal/controller/metrics.
const Buckets kReconcileSeconds{0.005, 0.01, 0.025, 0.05, 0.1,  0.15, 0.2,  0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6,
                                0.7,   0.8,  0.9,   1.0,  1.25, 1.5,  1.75, 2.0,  2.5, 3.0,  3.5, 4.0,  4.5, 5,
                                6,     7,    8,     9,    10,   15,   20,   25,   30,  40,   50,  60};
// controller-runtime pkg/internal/metrics/workqueue.
const Buckets kQueueSeconds{1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000};
// k8s.io/component-base/metrics/prometheus/restclient.
const Buckets kRequestSeconds{0.005, 0.025, 0.1, 0.25, 0.5, 1, 2, 4, 8, 15, 30, 45, 60};

double seconds(Duration duration) { return std::chrono::duration<double>(duration).count(); }

Labels of_controller() { return {{"controller", std::string(kControllerLabel)}}; }
Labels of_queue() { return {{"name", std::string(kControllerLabel)}, {"controller", std::string(kControllerLabel)}}; }
Labels of_depth() {
  Labels labels = of_queue();
  labels["priority"] = "0";
  return labels;
}

prometheus::Counter& counter(prometheus::Registry& registry, const char* name, const char* help, const Labels& labels) {
  return BuildCounter().Name(name).Help(help).Register(registry).Add(labels);
}
prometheus::Gauge& gauge(prometheus::Registry& registry, const char* name, const char* help, const Labels& labels) {
  return BuildGauge().Name(name).Help(help).Register(registry).Add(labels);
}
prometheus::Histogram& histogram(prometheus::Registry& registry, const char* name, const char* help,
                                 const Labels& labels, const Buckets& buckets) {
  return BuildHistogram().Name(name).Help(help).Register(registry).Add(labels, buckets);
}

std::map<ReconcileResult, prometheus::Counter*> reconcile_counters(prometheus::Registry& registry) {
  auto& family = BuildCounter()
                     .Name("controller_runtime_reconcile_total")
                     .Help("Total number of reconciliations per controller")
                     .Register(registry);
  const auto add = [&family](const char* result) {
    Labels labels = of_controller();
    labels["result"] = result;
    return &family.Add(labels);
  };
  return {{ReconcileResult::Success, add("success")},
          {ReconcileResult::Error, add("error")},
          {ReconcileResult::Requeue, add("requeue")},
          {ReconcileResult::RequeueAfter, add("requeue_after")}};
}

}  // namespace

Metrics::Metrics(std::size_t workers)
    : reconciles_(reconcile_counters(registry_)),
      errors_(counter(registry_, "controller_runtime_reconcile_errors_total",
                      "Total number of reconciliation errors per controller", of_controller())),
      terminal_errors_(counter(registry_, "controller_runtime_terminal_reconcile_errors_total",
                               "Total number of terminal reconciliation errors per controller", of_controller())),
      panics_(counter(registry_, "controller_runtime_reconcile_panics_total",
                      "Total number of exceptions that escaped a reconciliation per controller", of_controller())),
      reconcile_time_(histogram(registry_, "controller_runtime_reconcile_time_seconds",
                                "Length of time per reconciliation per controller", of_controller(),
                                kReconcileSeconds)),
      active_workers_(gauge(registry_, "controller_runtime_active_workers",
                            "Number of currently used workers per controller", of_controller())),
      queue_depth_(gauge(registry_, "workqueue_depth", "Current depth of workqueue", of_depth())),
      queue_adds_(counter(registry_, "workqueue_adds_total", "Total number of adds handled by workqueue", of_queue())),
      queue_retries_(
          counter(registry_, "workqueue_retries_total", "Total number of retries handled by workqueue", of_queue())),
      queue_duration_(histogram(registry_, "workqueue_queue_duration_seconds",
                                "How long in seconds an item stays in workqueue before being requested", of_queue(),
                                kQueueSeconds)),
      work_duration_(histogram(registry_, "workqueue_work_duration_seconds",
                               "How long in seconds processing an item from workqueue takes", of_queue(),
                               kQueueSeconds)),
      unfinished_work_(gauge(registry_, "workqueue_unfinished_work_seconds",
                             "How many seconds of work is in progress and not observed by work_duration", of_queue())),
      longest_running_(gauge(registry_, "workqueue_longest_running_processor_seconds",
                             "How many seconds the longest running processor has been running", of_queue())),
      rest_requests_(BuildCounter()
                         .Name("rest_client_requests_total")
                         .Help("Number of HTTP requests, by status code, method and host")
                         .Register(registry_)),
      rest_durations_(BuildHistogram()
                          .Name("rest_client_request_duration_seconds")
                          .Help("Request latency in seconds, by verb and host")
                          .Register(registry_)),
      rest_retries_(BuildCounter()
                        .Name("rest_client_request_retries_total")
                        .Help("Number of request retries, by status code, verb and host")
                        .Register(registry_)),
      events_dropped_(BuildCounter()
                          .Name("deployctl_watch_events_dropped_total")
                          .Help("Watch events that could not be used, by reason")
                          .Register(registry_)),
      events_failed_(
          counter(registry_, "deployctl_events_failed_total", "Kubernetes Events that were not recorded", {})),
      objects_quarantined_(
          gauge(registry_, "deployctl_objects_quarantined", "Objects that cannot be read and are left alone", {})) {
  counter(registry_, "controller_runtime_reconcile_timeouts_total",
          "Total number of reconciliation timeouts per controller", of_controller());
  gauge(registry_, "controller_runtime_max_concurrent_reconciles",
        "Maximum number of concurrent reconciles per controller", of_controller())
      .Set(static_cast<double>(workers));
  for (const char* reason : {"too_large", "skipped"}) events_dropped_.Add({{"reason", reason}});
  before_serialize(add_process_metrics(registry_));
}

std::string Metrics::serialize() {
  for (const auto& refresh : refreshers_) refresh();
  std::ostringstream text;
  prometheus::TextSerializer().Serialize(text, registry_.Collect());
  std::string page = std::move(text).str();
  for (const auto& append : appenders_) append(page);
  return page;
}

void Metrics::reconcile_finished(ReconcileResult result, Duration took) {
  active_workers_.Decrement();
  reconcile_time_.Observe(seconds(took));
  reconciles_.at(result)->Increment();
  if (result == ReconcileResult::Error) errors_.Increment();
}

void Metrics::queue_waited(Duration waited) { queue_duration_.Observe(seconds(waited)); }

void Metrics::queue_worked(Duration worked) { work_duration_.Observe(seconds(worked)); }

void Metrics::set_queue(std::size_t depth, Duration unfinished, Duration longest) {
  queue_depth_.Set(static_cast<double>(depth));
  unfinished_work_.Set(seconds(unfinished));
  longest_running_.Set(seconds(longest));
}

void Metrics::rest_request(const std::string& code, const std::string& method, const std::string& verb,
                           const std::string& host, Duration took) {
  rest_requests_.Add({{"code", code}, {"method", method}, {"host", host}}).Increment();
  rest_durations_.Add({{"verb", verb}, {"host", host}}, kRequestSeconds).Observe(seconds(took));
}

void Metrics::rest_retry(const std::string& code, const std::string& verb, const std::string& host) {
  rest_retries_.Add({{"code", code}, {"verb", verb}, {"host", host}}).Increment();
}

void Metrics::watch_event_dropped(std::string_view reason) {
  events_dropped_.Add({{"reason", std::string(reason)}}).Increment();
}

}  // namespace deployctl::runtime
