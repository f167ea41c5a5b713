#include "runtime/event_correlator.hpp"

#include <utility>

namespace deployctl::runtime {

namespace {

/// Forgets what is older than the window once there is too much; all of it when that does not help.
template <class Map>
void bound(Map& map, SteadyTime now) {
  if (map.size() < kEventMemory) return;
  std::erase_if(map, [now](const auto& entry) { return now - entry.second.last > kEventWindow; });
  if (map.size() >= kEventMemory) map.clear();
}

}  // namespace

EventDecision EventCorrelator::decide(const std::string& uid, ports::Event event, std::string name, SteadyTime now) {
  bound(budgets_, now);
  bound(similar_, now);
  bound(series_, now);
  Budget& budget = budgets_[uid];
  budget.last = now;
  if (!budget.bucket.try_take(now)) return DropEvent{};

  const char* type = event.type == ports::EventType::Warning ? "W" : "N";
  const std::string kind = uid + "\n" + type + "\n" + event.action + "\n" + event.reason;
  std::string key = kind + "\n" + event.note;
  if (is_one_of_many(kind, event.note, now)) {
    event.note = std::string(kCombinedPrefix) + event.note;
    key = kind + "\ncombined";
  }
  Series& series = series_[key];
  if (series.count == 0 || now - series.last > kEventWindow) {
    series = {std::move(name), 1, now};
    return CreateEvent{series.name, std::move(event)};
  }
  ++series.count;
  series.last = now;
  return RepeatEvent{series.name, series.count, std::move(event)};
}

bool EventCorrelator::is_one_of_many(const std::string& key, const std::string& note, SteadyTime now) {
  Similar& similar = similar_[key];
  if (now - similar.last > kEventWindow) similar.notes.clear();
  similar.last = now;
  if (similar.notes.contains(note)) return false;
  if (similar.notes.size() >= kSimilarEvents) return true;
  similar.notes.insert(note);
  return false;
}

}  // namespace deployctl::runtime
