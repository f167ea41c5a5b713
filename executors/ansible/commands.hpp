#pragma once

// The ansible steps, as pure functions from inputs to argv. Values travel in 0600 files, never in argv; our settings
// are environment variables that win over the user's, and a source's ansible.cfg is not read.

#include <string>

#include "executors/executor.hpp"

namespace deployctl::ansible {

/// ansible-galaxy: the roles and collections of `requirements`, into the operation's own HOME.
executors::Step install_requirements(const executors::Inputs& inputs);
/// Reads a playbook, its inventory and its vaults, and prints the hosts; connects to none.
executors::Step look_at(const executors::Inputs& inputs, const std::string& playbook);
/// The playbook with --check: what would change.
executors::Step check(const executors::Inputs& inputs, const std::string& playbook);
/// `name` is the step's.
executors::Step play(const executors::Inputs& inputs, std::string name, const std::string& playbook);
/// The rollback playbook, told from which revision to which.
executors::Step play_back(const executors::Inputs& inputs);

}  // namespace deployctl::ansible
