#pragma once

// ports::Events that keeps what was published, in order.

#include <string>
#include <utility>
#include <vector>

#include "ports/events.hpp"

namespace deployctl::support {

class FakeEvents final : public ports::Events {
 public:
  struct Published {
    ObjectKey key;
    ports::Event event;
  };
  std::vector<Published> published;

  void publish(const api::ObjectMeta& regarding, ports::Event event) override {
    published.push_back({regarding.key, std::move(event)});
  }

  [[nodiscard]] std::vector<std::string> reasons() const {
    std::vector<std::string> all;
    for (const Published& one : published) all.push_back(one.event.reason);
    return all;
  }
};

}  // namespace deployctl::support
