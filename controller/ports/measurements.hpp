#pragma once

// What the engine tells about its work, for metrics (app/ turns it into the deployctl_* series of prometheus). Every
// call returns at once. Label values come from closed sets or object names, never from messages. Fake:
// support/fake_measurements.

#include <string>
#include <string_view>

#include "api/deployment.hpp"

namespace deployctl::ports {

class Measurements {
 public:
  virtual ~Measurements() = default;
  /// Once per operation of kind Deploy, at its final result: succeeded, failed, rolled_back, cancelled.
  virtual void deployment_finished(api::Type executor, std::string_view result, Duration took) = 0;
  /// result: succeeded, failed, timed_out, cancelled.
  virtual void step_finished(api::Type executor, std::string_view step, std::string_view result, Duration took) = 0;
  virtual void step_started(api::Type executor) = 0;  ///< deployctl_executor_inflight; step_finished ends it
  virtual void rollback_finished(api::Type executor, std::string_view trigger, std::string_view result) = 0;
  /// type: http, tcp, command, builtin; result: passed, failed.
  virtual void health_check_finished(std::string_view type, std::string_view result, Duration took) = 0;
  /// source: inline, configMap, secret, directory; result: succeeded, failed.
  virtual void source_fetched(std::string_view source, std::string_view result) = 0;
  virtual void orphaned(api::Type executor) = 0;
  /// The per-object series follow the object's status; called when status or spec changed.
  virtual void object_changed(const api::Deployment& object) = 0;
  virtual void object_gone(const ObjectKey& key) = 0;
};

}  // namespace deployctl::ports
