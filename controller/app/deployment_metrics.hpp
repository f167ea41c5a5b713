#pragma once

// The product's own series (deployctl_*), fed by the engine through ports::Measurements. All closed label values exist
// from the start at zero; series of one object go when it goes (fault E5). One per process, beside runtime::Metrics,
// whose registry it adds to.

#include <optional>
#include <string>

#include "app/object_rows.hpp"
#include "async/clock.hpp"
#include "ports/measurements.hpp"
#include "runtime/metrics.hpp"

namespace deployctl::app {

class DeploymentMetrics final : public ports::Measurements {
 public:
  /// `per_object`: whether the series of single objects are shown (--metrics-per-object).
  DeploymentMetrics(runtime::Metrics& metrics, Clock& clock, bool per_object = true);

  void deployment_finished(api::Type executor, std::string_view result, Duration took) override;
  void step_finished(api::Type executor, std::string_view step, std::string_view result, Duration took) override;
  void step_started(api::Type executor) override;
  void rollback_finished(api::Type executor, std::string_view trigger, std::string_view result) override;
  void health_check_finished(std::string_view type, std::string_view result, Duration took) override;
  void source_fetched(std::string_view source, std::string_view result) override;
  void orphaned(api::Type executor) override;
  void object_changed(const api::Deployment& object) override;
  void object_gone(const ObjectKey& key) override;

  /// What the cache holds under `key`, when it came new from the server: the series are there before the engine has
  /// changed anything, after a start too. Nothing: as object_gone.
  void object_seen(const ObjectKey& key, const std::optional<api::Deployment>& object);

  /// Objects whose spec or whole does not decode, of those seen: deployctl_objects_quarantined.
  [[nodiscard]] std::size_t unreadable() const { return rows_.unreadable(); }

  /// deployctl_tool_info: a tool found at start and what it says its version is.
  void tool_found(const std::string& tool, const std::string& version);

 private:
  prometheus::Family<prometheus::Counter>& deployments_;
  prometheus::Family<prometheus::Histogram>& deployment_seconds_;
  prometheus::Family<prometheus::Counter>& runs_;
  prometheus::Family<prometheus::Histogram>& run_seconds_;
  prometheus::Family<prometheus::Gauge>& inflight_;
  prometheus::Family<prometheus::Counter>& rollbacks_;
  prometheus::Family<prometheus::Histogram>& check_seconds_;
  prometheus::Family<prometheus::Counter>& fetches_;
  prometheus::Family<prometheus::Counter>& orphaned_;
  prometheus::Family<prometheus::Gauge>& tools_;
  ObjectRows rows_;
};

}  // namespace deployctl::app
