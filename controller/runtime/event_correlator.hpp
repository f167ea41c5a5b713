#pragma once

// Which events are worth sending (pure; client-go's correlator in the words of events.k8s.io/v1). Three rules:
//  * per object: 25 at once, then one per 300 s; the rest is dropped;
//  * the same event again within 600 s adds to the count of the first (`series`) instead of making another;
//  * more than 10 that differ only in their note within 600 s are combined into one whose note says so.
// What it remembers is bounded: what is older than the window goes first.

#include <cstdint>
#include <set>
#include <string>
#include <unordered_map>
#include <variant>

#include "base/time.hpp"
#include "ports/events.hpp"
#include "runtime/backoff.hpp"

namespace deployctl::runtime {

inline constexpr Duration kEventWindow = std::chrono::seconds(600);
inline constexpr std::size_t kSimilarEvents = 10;
inline constexpr double kEventBurst = 25;
inline constexpr double kEventRate = 1.0 / 300;
inline constexpr std::size_t kEventMemory = 4096;
inline constexpr std::string_view kCombinedPrefix = "(combined from similar events): ";

struct DropEvent {};
struct CreateEvent {
  std::string name;
  ports::Event event;
};
struct RepeatEvent {
  std::string name;        ///< of the Event to patch
  std::int64_t count = 0;  ///< how often it happened
  ports::Event event;      ///< to make it anew when it is gone
};
using EventDecision = std::variant<DropEvent, CreateEvent, RepeatEvent>;

class EventCorrelator {
 public:
  /// `name` is what the Event will be called if a new one is made.
  EventDecision decide(const std::string& uid, ports::Event event, std::string name, SteadyTime now);

 private:
  /// An Event on the server (or on its way there).
  struct Series {
    std::string name;
    std::int64_t count = 0;
    SteadyTime last;
  };
  /// Events that differ only in their note.
  struct Similar {
    std::set<std::string> notes;
    SteadyTime last;
  };
  struct Budget {
    TokenBucket bucket{kEventRate, kEventBurst};
    SteadyTime last;
  };

  bool is_one_of_many(const std::string& key, const std::string& note, SteadyTime now);

  std::unordered_map<std::string, Series> series_;
  std::unordered_map<std::string, Similar> similar_;
  std::unordered_map<std::string, Budget> budgets_;
};

}  // namespace deployctl::runtime
