#pragma once

// The plain Registry: a map. Which executors are built is said in one place, tools/built_executors.

#include <map>
#include <memory>

#include "executors/executor.hpp"

namespace deployctl::executors {

class MapRegistry final : public Registry {
 public:
  void add(api::Type type, std::unique_ptr<Executor> executor) {
    executors_.insert_or_assign(type, std::move(executor));
  }
  [[nodiscard]] const Executor* find(api::Type type) const override {
    const auto found = executors_.find(type);
    return found == executors_.end() ? nullptr : found->second.get();
  }

 private:
  std::map<api::Type, std::unique_ptr<Executor>> executors_;
};

}  // namespace deployctl::executors
