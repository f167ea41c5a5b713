#pragma once

// The line of those that wait for an operation slot. What is more urgent stands before what is less; among equals the
// namespaces take turns, and within a turn who came first stands first. A turn is given when a key joins, so the order
// never changes behind anybody's back. Pure; one per engine, which wakes the first of the line whenever a slot is free.

#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/object_key.hpp"

namespace deployctl::engine {

enum class Urgency : std::uint8_t {
  Person,  ///< rollbacks, deletions, what a dead process left, requests, and the first attempt of an edit
  Retry,   ///< of what failed before
  Resync,  ///< nobody edited anything: source or variables changed
};

class SlotLine {
 public:
  /// Joins the line. Who stands in it keeps the place, unless the urgency has changed.
  void stand(const ObjectKey& key, Urgency urgency);
  /// Nothing happens when it does not stand in it.
  void leave(const ObjectKey& key);
  /// Whether it may take one of so many free slots: nobody else has a better right to it.
  [[nodiscard]] bool may_go(const ObjectKey& key, std::size_t available) const;
  /// The first of the line, at most so many.
  [[nodiscard]] std::vector<ObjectKey> first(std::size_t count) const;

 private:
  struct Place {
    Urgency urgency = Urgency::Person;
    std::uint64_t turn = 0, arrival = 0;
    ObjectKey key;
    auto operator<=>(const Place&) const = default;
  };

  [[nodiscard]] std::uint64_t next_turn(const std::string& ns, Urgency urgency);

  std::set<Place> line_;
  std::map<ObjectKey, Place> places_;
  std::map<std::pair<Urgency, std::string>, std::uint64_t> last_turns_;  ///< of a namespace; only turns still to come
  std::uint64_t arrivals_ = 0;
};

}  // namespace deployctl::engine
