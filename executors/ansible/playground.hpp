#pragma once

// The files a run reads: where they lie and what is in them. Pure; the runner writes them 0600 into the operation's
// 0700 directory.

#include <optional>
#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::ansible {

/// The block; an object without one never comes here.
const api::Ansible& block(const executors::Inputs& inputs);

/// The directory the playbooks are run from. Normally the source; a source that brings plug-ins which change how
/// ansible itself works (callbacks, actions, connections…) is run from a copy without them. Modules, filters, lookups
/// and tests are the playbook's own business.
std::string playing_directory(const executors::Inputs& inputs);

/// That copy; empty when the source is run from where it is.
std::vector<process::CommandFile> copied_source(const executors::Inputs& inputs);

/// Our configuration, callback, inline inventory, credentials and variables.
std::vector<process::CommandFile> files(const executors::Inputs& inputs);

/// Absolute paths below the operation's directory.
std::string callback_directory(const executors::Inputs& inputs);
std::string configuration_file(const executors::Inputs& inputs);
std::string inventory(const executors::Inputs& inputs);
std::string known_hosts_file(const executors::Inputs& inputs);
std::string private_key_file(const executors::Inputs& inputs);
std::string variables_file(const executors::Inputs& inputs);
std::string vault_password_file(const executors::Inputs& inputs);

/// The variables as extra-vars: every value marked as no template, so that Jinja in data stays data. All ASCII.
std::string extra_vars(const executors::Inputs& inputs);

/// A file of the spec that the source does not have, by field path; nothing when all are there.
std::optional<Error> missing_file(const executors::Inputs& inputs, const std::string& field, const std::string& path);

}  // namespace deployctl::ansible
