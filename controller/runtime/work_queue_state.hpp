#pragma once

// The rules of the work queue without time of its own and without coroutines (WorkQueue is the shell). Each key is here
// at most once, and at most one run of a key goes on at a time:
//  * a key added while it waits keeps the earlier of the two deadlines and the more urgent of the two priorities;
//  * a key added while it is processed is held and runs again when that run is done.
// Models: client-go util/workqueue (dirty set, processing set), kube-rs scheduler (earliest deadline wins).

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <unordered_map>

#include "base/object_key.hpp"
#include "base/time.hpp"

namespace deployctl::runtime {

/// Who goes first among the keys that are due. Users do not wait behind a resync of thousands.
enum class Priority : std::uint8_t { Change, Retry, Resync };

class WorkQueueState {
 public:
  struct Taken {
    ObjectKey key;
    SteadyTime ready_since;  ///< when it became due (or was added, if later)
  };

  /// True when the key newly waits (also behind its own run); false when it only moved or stayed.
  bool add(const ObjectKey& key, SteadyTime due, Priority priority, SteadyTime now);
  /// The next due key, which is now being processed. Nothing when none is due.
  std::optional<Taken> take(SteadyTime now);
  /// The run of `key` has ended. What was added meanwhile is queued.
  void done(const ObjectKey& key, SteadyTime now);

  /// When the earliest waiting key becomes due: a time in the past when one is ready. Keys held behind their own run
  /// do not count.
  [[nodiscard]] std::optional<SteadyTime> next_due() const;
  /// Keys that are due and wait for a worker.
  [[nodiscard]] std::size_t depth(SteadyTime now);
  [[nodiscard]] std::size_t processing() const { return processing_; }
  [[nodiscard]] std::size_t waiting() const { return ready_.size() + scheduled_.size(); }

 private:
  struct Wanted {
    SteadyTime due;
    SteadyTime added;
    Priority priority = Priority::Change;
  };
  struct Entry {
    Wanted wanted;  ///< when `is_wanted`: it waits, or is held while `running`
    bool is_wanted = false;
    std::uint64_t sequence = 0;
    bool running = false;
    bool ready = false;
  };
  using Entries = std::unordered_map<ObjectKey, Entry>;
  using Node = Entries::value_type;
  struct Later {
    SteadyTime due;
    std::uint64_t sequence = 0;
    Node* node = nullptr;
    auto operator<=>(const Later& other) const {
      return due != other.due ? due <=> other.due : sequence <=> other.sequence;
    }
    bool operator==(const Later& other) const { return sequence == other.sequence; }
  };
  struct Ready {
    Priority priority = Priority::Change;
    SteadyTime due;
    std::uint64_t sequence = 0;
    Node* node = nullptr;
    auto operator<=>(const Ready& other) const {
      if (priority != other.priority) return priority <=> other.priority;
      return due != other.due ? due <=> other.due : sequence <=> other.sequence;
    }
    bool operator==(const Ready& other) const { return sequence == other.sequence; }
  };

  void enqueue(Node& node);
  void dequeue(Node& node);
  void promote(SteadyTime now);

  Entries entries_;
  std::set<Later> scheduled_;
  std::set<Ready> ready_;
  std::size_t processing_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace deployctl::runtime
