#include "runtime/event_recorder.hpp"

#include <array>
#include <utility>

#include "async/with_timeout.hpp"
#include "base/text.hpp"

namespace deployctl::runtime {

namespace {

// A name may have 253 characters; ours ends with a dot and 16 hex, as client-go's.
constexpr std::size_t kNameStem = 253 - 17;

std::string hex16(std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text(16, '0');
  for (std::size_t i = 0; i < text.size(); ++i) text[text.size() - 1 - i] = kDigits[(value >> (4 * i)) & 0xfU];
  return text;
}

}  // namespace

EventRecorder::EventRecorder(asio::any_io_executor executor, kube::Client& client, Clock& clock, const Logger& logger,
                             Metrics& metrics, EventRecorderOptions options)
    : client_(client),
      clock_(clock),
      logger_(logger),
      metrics_(metrics),
      options_(std::move(options)),
      queued_(std::move(executor)) {}

void EventRecorder::publish(const api::ObjectMeta& regarding, ports::Event event) {
  event.note = cut(one_line(event.note), kEventNoteBytes - kCombinedPrefix.size());
  // Milliseconds alone would give two events of one turn the same name.
  const auto millis = static_cast<std::uint64_t>(clock_.wall().time_since_epoch().count());
  const std::uint64_t stamp = millis * 1'000'000U + (++sequence_ % 1'000'000U);
  std::string name = regarding.key.name.substr(0, kNameStem) + "." + hex16(stamp);
  EventDecision decision = correlator_.decide(regarding.uid, std::move(event), std::move(name), clock_.steady());
  if (std::holds_alternative<DropEvent>(decision)) return;
  if (queue_.size() >= kEventQueue) {
    queue_.pop_front();
    metrics_.event_failed();
  }
  queue_.push_back({regarding, std::move(decision)});
  queued_.notify();
}

Task<void> EventRecorder::run() {
  while (true) {
    co_await send_queued();
    co_await queued_.wait();
  }
}

Task<void> EventRecorder::flush(Duration limit) { co_await with_timeout(clock_, limit, send_queued()); }

Task<void> EventRecorder::send_queued() {
  while (!queue_.empty()) {
    Pending next = std::move(queue_.front());
    queue_.pop_front();
    co_await send(std::move(next));
  }
}

Task<void> EventRecorder::send(Pending pending) {
  Result<void> sent;
  if (auto* fresh = std::get_if<CreateEvent>(&pending.decision))
    sent = co_await create(pending.regarding, fresh->name, fresh->event);
  else if (auto* again = std::get_if<RepeatEvent>(&pending.decision))
    sent = co_await repeat(pending.regarding, *again);
  if (sent) co_return;
  metrics_.event_failed();
  logger_.error("Event was not recorded", sent.error(),
                {{"namespace", pending.regarding.key.ns}, {"name", pending.regarding.key.name}});
}

Json EventRecorder::event_json(const api::ObjectMeta& regarding, const std::string& name,
                               const ports::Event& event) const {
  return Json{
      {"apiVersion", "events.k8s.io/v1"},
      {"kind", "Event"},
      {"metadata", {{"name", name}, {"namespace", regarding.key.ns}}},
      {"eventTime", format_rfc3339_micro(clock_.wall())},
      {"reportingController", options_.reporting_controller},
      {"reportingInstance", options_.reporting_instance},
      {"type", event.type == ports::EventType::Warning ? "Warning" : "Normal"},
      {"reason", event.reason},
      {"action", event.action},
      {"note", event.note},
      {"regarding",
       {{"apiVersion", options_.api_version},
        {"kind", options_.kind},
        {"namespace", regarding.key.ns},
        {"name", regarding.key.name},
        {"uid", regarding.uid},
        {"resourceVersion", regarding.resource_version}}},
  };
}

Task<Result<void>> EventRecorder::create(api::ObjectMeta regarding, std::string name, ports::Event event) {
  const Json object = event_json(regarding, name, event);
  const auto made =
      co_await client_.send(kube::create(kube::kEvents, regarding.key.ns, object, options_.reporting_controller));
  // AlreadyExists: the answer of an earlier try was lost.
  if (!made && made.error().kind != ErrorKind::AlreadyExists) co_return made.error();
  co_return Result<void>();
}

Task<Result<void>> EventRecorder::repeat(api::ObjectMeta regarding, RepeatEvent repeated) {
  const Json patch{{"note", repeated.event.note},
                   {"series", {{"count", repeated.count}, {"lastObservedTime", format_rfc3339_micro(clock_.wall())}}}};
  const kube::PatchQuery query{.key = {regarding.key.ns, repeated.name},
                               .field_manager = options_.reporting_controller};
  const auto patched = co_await client_.send(kube::merge_patch(kube::kEvents, query, patch));
  if (patched) co_return Result<void>();
  if (patched.error().kind != ErrorKind::NotFound) co_return patched.error();
  co_return co_await create(regarding, repeated.name, repeated.event);
}

}  // namespace deployctl::runtime
