#pragma once

// What every executor owes the engine, as one suite that each of them passes (executor_contract_test.cpp). A tool joins
// by a World: its executor, inputs of releases, and a fake of the tool that steps run against.

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::contract {

class World {
 public:
  virtual ~World() = default;
  [[nodiscard]] virtual const executors::Executor& executor() const = 0;
  /// Inputs of a good release. Revision and digest follow from the number; `previous` is the one that serves (0: none),
  /// its inventory included. A variable holds the canary.
  [[nodiscard]] virtual executors::Inputs release(int number, int previous) const = 0;
  /// Runs a step against the fake tool.
  virtual executors::StepResult run(const executors::Step& step) = 0;
  /// All that is there, in a form that is the same whenever the same things are there (no ids, no times).
  [[nodiscard]] virtual std::string state() const = 0;
};

struct Subject {
  std::string name;  ///< of the test: letters only
  std::function<std::unique_ptr<World>()> world;
};

/// In every World's inputs, as the value of variable PASSWORD.
inline constexpr const char* kCanary = "canary-7f31c2d9";

}  // namespace deployctl::contract
