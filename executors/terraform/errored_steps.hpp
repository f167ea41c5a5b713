#pragma once

// The steps of errored.cpp, as pure functions from inputs to argv. Those that save what an apply of this operation left
// may run while it is being stopped. None counts as an effect, as with unlock: each may run twice, and the journal says
// nothing that they change.

#include <string>

#include "executors/executor.hpp"
#include "terraform/commands.hpp"

namespace deployctl::terraform {

/// What terraform and tofu call the file.
inline constexpr std::string_view kLeftStateFile = "errored.tfstate";
/// A larger one is kept on the disk: a Secret holds 1 MiB.
inline constexpr std::size_t kMostSecretBytes = 1000U * 1024;

/// NAME-errored-state.
std::string errored_secret(const executors::Inputs& inputs);
/// Where the file is put when its operation's directory goes (sources/left_states.hpp).
std::string path_aside(const executors::Inputs& inputs);
/// Tells whose it is.
process::CommandFile state_owner(const executors::Inputs& inputs);

executors::Step push_left_state(const executors::Inputs& inputs, const Bench& bench);
executors::Step remove_left_state(const executors::Inputs& inputs);
executors::Step read_left_state(const executors::Inputs& inputs);
executors::Step keep_in_secret(const executors::Inputs& inputs, const std::string& state);

executors::Step read_aside(const executors::Inputs& inputs);
executors::Step find_secret(const executors::Inputs& inputs);
executors::Step push_kept_state(const executors::Inputs& inputs, const Bench& bench, const std::string& state);
executors::Step remove_aside(const executors::Inputs& inputs);
executors::Step remove_secret(const executors::Inputs& inputs);

}  // namespace deployctl::terraform
