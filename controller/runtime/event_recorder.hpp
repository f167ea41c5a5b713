#pragma once

// Sends Kubernetes Events (events.k8s.io/v1), best effort: publish() returns at once, a bounded queue is sent one by
// one by run(), a failure is a log line and a counter and never a failed reconcile. What is worth sending says
// EventCorrelator. One per process; outlives who publishes. One thread.

#include <deque>
#include <string>

#include "async/clock.hpp"
#include "async/notifier.hpp"
#include "base/log.hpp"
#include "kube/client.hpp"
#include "ports/events.hpp"
#include "runtime/event_correlator.hpp"
#include "runtime/metrics.hpp"

namespace deployctl::runtime {

inline constexpr std::size_t kEventQueue = 256;
inline constexpr std::size_t kEventNoteBytes = 1024;

struct EventRecorderOptions {
  std::string api_version;  ///< of the objects regarded
  std::string kind;
  std::string reporting_controller;
  std::string reporting_instance;  ///< pod or host
};

class EventRecorder final : public ports::Events {
 public:
  EventRecorder(asio::any_io_executor executor, kube::Client& client, Clock& clock, const Logger& logger,
                Metrics& metrics, EventRecorderOptions options);

  void publish(const api::ObjectMeta& regarding, ports::Event event) override;

  /// Sends until cancelled.
  Task<void> run();
  /// Sends what is queued now, for at most `limit`; for the end of the process.
  Task<void> flush(Duration limit);

 private:
  struct Pending {
    api::ObjectMeta regarding;
    EventDecision decision;
  };

  Task<void> send_queued();
  Task<void> send(Pending pending);
  Task<Result<void>> create(api::ObjectMeta regarding, std::string name, ports::Event event);
  Task<Result<void>> repeat(api::ObjectMeta regarding, RepeatEvent repeated);
  [[nodiscard]] Json event_json(const api::ObjectMeta& regarding, const std::string& name,
                                const ports::Event& event) const;

  kube::Client& client_;
  Clock& clock_;
  const Logger& logger_;
  Metrics& metrics_;
  EventRecorderOptions options_;
  EventCorrelator correlator_;
  std::deque<Pending> queue_;
  Notifier queued_;
  std::uint64_t sequence_ = 0;
};

}  // namespace deployctl::runtime
