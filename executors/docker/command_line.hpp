#pragma once

// How a command against a docker daemon is made: the program, the daemon it talks to, a DOCKER_CONFIG of the
// operation's own, and the kinds of steps. Pure. Shared by all that stands on the docker command line (docker,
// compose).

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::docker {

/// A step may be part of putting things right after an interruption; those still run then.
enum class Purpose : std::uint8_t { Work, Cleanup };

/// "spec.docker" or "spec.dockerCompose": the block that is set, for messages.
std::string block_of(const api::DeploymentSpec& spec);
/// The daemon of that block; nothing: the local one.
const std::optional<api::DockerHost>& host_of(const api::DeploymentSpec& spec);
/// What of `host` cannot be used; nothing: it can. Invalid, naming the field.
std::optional<Error> host_error(const api::DeploymentSpec& spec);
/// The daemon runs on another machine: paths mean something else there.
bool is_remote(const api::DeploymentSpec& spec);

/// `docker [--host=…] arguments…`, with the environment of spec.env.
process::Command docker_command(const executors::Inputs& in, std::vector<std::string> arguments);
/// Where DOCKER_CONFIG of an operation lies.
std::string config_directory(const executors::Inputs& in);

/// The file with the logins of registrySecretRef, when there is one.
void add_logins(const executors::Inputs& in, process::Command& command);
/// Only `auths` of a docker config.json: its other members name programs to run. Error: Invalid, naming `field`.
Result<std::string> registry_logins(const std::string& config, const std::string& field);

executors::Step a_step(std::string name, process::Command command, Duration timeout, executors::Effect effect,
                       Purpose purpose);
/// Its whole answer is read; nothing is changed.
executors::Step asking(std::string name, process::Command command, Purpose purpose = Purpose::Work);
/// It changes something, and doing it twice ends in the same place.
executors::Step doing(std::string name, process::Command command, Duration timeout, Purpose purpose);

}  // namespace deployctl::docker
