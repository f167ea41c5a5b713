#pragma once

// Kubernetes Events (events.k8s.io/v1), best effort: a failed event is a log line and a counter, never a failed
// reconcile. The reason is always one of the condition reasons. Fake: support/fake_events.

#include <string>

#include "api/deployment.hpp"

namespace deployctl::ports {

enum class EventType { Normal, Warning };

struct Event {
  EventType type = EventType::Normal;
  std::string reason;  ///< api::reasons
  std::string action;  ///< Deploy, Rollback, Destroy, HealthCheck, DriftCheck, Reconcile
  std::string note;    ///< redacted by the caller, cut to 1 KiB by the recorder
};

class Events {
 public:
  virtual ~Events() = default;
  /// Returns at once; sending happens elsewhere.
  virtual void publish(const api::ObjectMeta& regarding, Event event) = 0;
};

}  // namespace deployctl::ports
