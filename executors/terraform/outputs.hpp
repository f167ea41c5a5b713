#pragma once

// What a module hands on, and what a state says of itself. Pure.

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "executors/procedure.hpp"

namespace deployctl::terraform {

/// Of `output -json`. Error: StepFailed.
Result<std::vector<executors::Output>> read_outputs(std::string_view json);

/// Of `state pull`.
struct StateHead {
  std::int64_t serial = 0;  ///< 0: there is no state
  bool has_resources = false;
};
Result<StateHead> read_state(std::string_view json);

/// "terraform_data.a (update)" of each line that plans a change or tells of one made outside; bounded.
std::string changes_told(std::string_view lines);

}  // namespace deployctl::terraform
