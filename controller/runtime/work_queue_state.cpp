#include "runtime/work_queue_state.hpp"

#include <algorithm>

namespace deployctl::runtime {

bool WorkQueueState::add(const ObjectKey& key, SteadyTime due, Priority priority, SteadyTime now) {
  Node& node = *entries_.try_emplace(key).first;
  Entry& entry = node.second;
  const bool is_new = !entry.is_wanted;
  Wanted next{due, now, priority};
  if (!is_new) {
    const Wanted& old = entry.wanted;
    next = {std::min(old.due, due), std::min(old.added, now), std::min(old.priority, priority)};
    if (next.due == old.due && next.priority == old.priority) return false;
    if (!entry.running) dequeue(node);
  }
  entry.wanted = next;
  entry.is_wanted = true;
  if (!entry.running) enqueue(node);
  return is_new;
}

std::optional<WorkQueueState::Taken> WorkQueueState::take(SteadyTime now) {
  promote(now);
  if (ready_.empty()) return std::nullopt;
  Node& node = *ready_.begin()->node;
  Entry& entry = node.second;
  dequeue(node);
  entry.is_wanted = false;
  entry.running = true;
  ++processing_;
  return Taken{node.first, std::max(entry.wanted.due, entry.wanted.added)};
}

void WorkQueueState::done(const ObjectKey& key, SteadyTime now) {
  const auto found = entries_.find(key);
  if (found == entries_.end() || !found->second.running) return;
  --processing_;
  Entry& entry = found->second;
  entry.running = false;
  if (!entry.is_wanted) {
    entries_.erase(found);
    return;
  }
  entry.wanted.added = std::max(entry.wanted.added, now);
  enqueue(*found);
}

std::optional<SteadyTime> WorkQueueState::next_due() const {
  std::optional<SteadyTime> earliest;
  if (!ready_.empty()) earliest = ready_.begin()->due;
  if (!scheduled_.empty() && (!earliest || scheduled_.begin()->due < *earliest)) earliest = scheduled_.begin()->due;
  return earliest;
}

std::size_t WorkQueueState::depth(SteadyTime now) {
  promote(now);
  return ready_.size();
}

void WorkQueueState::enqueue(Node& node) {
  Entry& entry = node.second;
  entry.sequence = ++sequence_;
  entry.ready = false;
  scheduled_.insert(Later{entry.wanted.due, entry.sequence, &node});
}

void WorkQueueState::dequeue(Node& node) {
  const Entry& entry = node.second;
  if (entry.ready)
    ready_.erase(Ready{entry.wanted.priority, entry.wanted.due, entry.sequence, &node});
  else
    scheduled_.erase(Later{entry.wanted.due, entry.sequence, &node});
}

void WorkQueueState::promote(SteadyTime now) {
  while (!scheduled_.empty() && scheduled_.begin()->due <= now) {
    const Later next = *scheduled_.begin();
    scheduled_.erase(scheduled_.begin());
    Entry& entry = next.node->second;
    entry.ready = true;
    ready_.insert(Ready{entry.wanted.priority, next.due, next.sequence, next.node});
  }
}

}  // namespace deployctl::runtime
