#pragma once

// What the series of single objects show (rows marked * in the metrics reference grow with the number of objects): a
// few bytes per object, written as text when they are asked for. Not in the prometheus registry: a family keeps a map
// of strings per series, and an object has a dozen series. Used by DeploymentMetrics. Pure.

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "api/constants.hpp"
#include "api/deployment.hpp"
#include "base/object_key.hpp"
#include "base/time.hpp"

namespace deployctl::app {

/// The conditions that have series: label values come from closed sets.
inline constexpr std::array kShownConditions = {api::conditions::kReady,      api::conditions::kReconciling,
                                                api::conditions::kStalled,    api::conditions::kHealthy,
                                                api::conditions::kDrifted,    api::conditions::kApprovalPending,
                                                api::conditions::kStateLocked};

class ObjectRows {
 public:
  void set(const api::Deployment& object);
  void remove(const ObjectKey& key) { rows_.erase(key); }

  /// Objects whose spec or whole does not decode.
  [[nodiscard]] std::size_t unreadable() const;
  /// Appends the families of deployctl_deployment_info, _condition, deployctl_state_locked, deployctl_drift_detected
  /// and deployctl_operation_age_seconds, in the text format of Prometheus.
  void write(std::string& text, WallTime now) const;

 private:
  enum class Shown : std::uint8_t { Absent, True, False, Unknown };
  struct Open {
    std::string step;
    WallTime started_at;
  };
  struct Row {
    std::int64_t revision = 0;
    std::unique_ptr<Open> open;
    std::array<Shown, kShownConditions.size()> conditions{};
    api::Type type{};
    bool suspended = false;
    bool unreadable = false;
    [[nodiscard]] bool is_true(std::string_view condition) const;
  };

  void write_info(std::string& text) const;
  void write_conditions(std::string& text) const;
  void write_flag(std::string& text, std::string_view name, std::string_view help, std::string_view condition) const;
  void write_ages(std::string& text, WallTime now) const;

  std::map<ObjectKey, Row> rows_;
};

}  // namespace deployctl::app
