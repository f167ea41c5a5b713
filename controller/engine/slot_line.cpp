#include "engine/slot_line.hpp"

#include <algorithm>

namespace deployctl::engine {

std::uint64_t SlotLine::next_turn(const std::string& ns, Urgency urgency) {
  const auto front = line_.lower_bound(Place{.urgency = urgency, .key = {}});
  const bool alone = front == line_.end() || front->urgency != urgency;
  const std::uint64_t current = alone ? 0 : front->turn;
  // Turns that are over need not be remembered, so that the namespaces of the past do not pile up.
  std::erase_if(last_turns_,
                [&](const auto& last) { return last.first.first == urgency && (alone || last.second < current); });
  const auto last = last_turns_.find({urgency, ns});
  const std::uint64_t turn = last == last_turns_.end() ? current : last->second + 1;
  last_turns_[{urgency, ns}] = turn;
  return turn;
}

void SlotLine::stand(const ObjectKey& key, Urgency urgency) {
  if (const auto found = places_.find(key); found != places_.end()) {
    if (found->second.urgency == urgency) return;
    leave(key);
  }
  Place place{.urgency = urgency, .turn = next_turn(key.ns, urgency), .arrival = ++arrivals_, .key = key};
  line_.insert(place);
  places_.emplace(key, std::move(place));
}

void SlotLine::leave(const ObjectKey& key) {
  const auto found = places_.find(key);
  if (found == places_.end()) return;
  line_.erase(found->second);
  places_.erase(found);
}

bool SlotLine::may_go(const ObjectKey& key, std::size_t available) const {
  if (!places_.contains(key)) return line_.size() < available;
  auto place = line_.begin();
  for (std::size_t before = 0; before < available && place != line_.end(); ++before, ++place)
    if (place->key == key) return true;
  return false;
}

std::vector<ObjectKey> SlotLine::first(std::size_t count) const {
  std::vector<ObjectKey> keys;
  for (const Place& place : line_) {
    if (keys.size() == count) break;
    keys.push_back(place.key);
  }
  return keys;
}

}  // namespace deployctl::engine
