#pragma once

// Hosts behind ansible's command line: it reads argv and the variables file, keeps what each playbook set, and prints
// what ansible and our callback print. Used to run the ansible procedures without a process. Faults are injected by
// step name.

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executors/procedure.hpp"

namespace deployctl::support {

class FakeAnsible {
 public:
  std::vector<std::string> hosts = {"web1", "web2"};
  /// What is on the hosts: the playbook that ran last to the variables it ran with. A playbook whose name begins with
  /// "destroy" empties them.
  std::map<std::string, std::string> on_hosts;
  std::vector<executors::Step> steps;
  /// Asked before a step runs; a result given here is the step's result instead.
  std::function<std::optional<executors::StepResult>(const executors::Step&)> intercept;
  int would_change = 0;  ///< what --check finds

  executors::StepResult run(const executors::Step& step);
  [[nodiscard]] std::vector<std::string> names() const;  ///< of the steps that ran
};

/// Drives a procedure to its end with the fake.
executors::Next drive(executors::Procedure& procedure, FakeAnsible& ansible);

/// A recap line of our callback.
std::string recap_line(const Json& values);

}  // namespace deployctl::support
