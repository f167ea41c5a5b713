#pragma once

// The steps of tofu and terraform, as pure functions from inputs to argv. Variables, credentials and the kubeconfig
// travel in 0600 files; nothing asks a question (`-input=false`).

#include <string>

#include "executors/executor.hpp"
#include "terraform/backend.hpp"

namespace deployctl::terraform {

/// With what an operation works: found out once, then the same for all its steps.
struct Bench {
  Tool tool = Tool::Tofu;
  bool may_switch = false;  ///< the spec names no tool: terraform when there is no tofu
  Backend backend;
  std::string data_dir;      ///< what init made: TF_DATA_DIR
  bool shares_data = false;  ///< with the object's other operations
  bool initialised = false;  ///< by this operation
  bool restricted = false;   ///< programs.hpp
  bool lock = true;          ///< false in a namespace that is being deleted, where no lock can be made
};

/// The saved plan, in the operation's directory.
inline constexpr std::string_view kPlanFile = "plan.tfplan";

enum class PlanFor : std::uint8_t { Deploy, Destroy, Look, LookAtState };

executors::Step init(const executors::Inputs& inputs, const Bench& bench);
/// Look and LookAtState take no lock; LookAtState asks no provider how things really are.
executors::Step plan(const executors::Inputs& inputs, const Bench& bench, PlanFor what);
/// With `kept` those bytes become the saved plan first.
executors::Step show(const executors::Inputs& inputs, const Bench& bench, const std::string& kept = {});
executors::Step apply(const executors::Inputs& inputs, const Bench& bench, PlanFor what);
executors::Step output(const executors::Inputs& inputs, const Bench& bench);
executors::Step pull_state(const executors::Inputs& inputs, const Bench& bench);
/// Empties what init makes, so that it never goes on with what an older one left.
executors::Step clear_data(const Bench& bench);
/// Writes the state in that file to the backend. Twice is as good as once.
executors::Step push_state(const executors::Inputs& inputs, const Bench& bench, const std::string& file);
/// Of a lock that a dead attempt of ours left; that attempt's journal stands.
executors::Step unlock(const executors::Inputs& inputs, const Bench& bench, const std::string& lock_id);

/// For what is kept in the object's namespace.
process::Command kubectl(const executors::Inputs& inputs, std::vector<std::string> arguments);

/// The state kept by us, once all is destroyed: its Lease is given to the object, with which it goes away, and then the
/// empty Secret is removed. The Lease tells whoever destroys again that the state was removed and not lost.
executors::Step find_lease(const executors::Inputs& inputs);
executors::Step own_lease(const executors::Inputs& inputs);
executors::Step forget(const executors::Inputs& inputs);

}  // namespace deployctl::terraform
