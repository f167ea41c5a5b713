#pragma once

// The rules that need no I/O. The same rules stand as schema and CEL in crds/; tests/contract holds both to one table
// of good and bad objects. A message names field, value and remedy.

#include <string>
#include <vector>

#include "api/deployment.hpp"

namespace deployctl::api {

/// Every broken rule, "spec.path: message" each; empty when the spec is fine. Error kind of the caller's choosing:
/// Invalid.
std::vector<std::string> validate(const DeploymentSpec& spec);

/// Fields and types that the schema has and this version does not act on yet, set to anything but their default:
/// "spec.X: not supported by this version". Empty when there are none.
std::vector<std::string> unsupported(const DeploymentSpec& spec);

/// True for names a process environment may carry (fault S3): refuses LD_*, PATH, TF_CLI_ARGS*, ANSIBLE_*, GIT_SSH*,
/// KUBECONFIG, DOCKER_HOST, *_PROXY and what is not [A-Za-z_][A-Za-z0-9_]*.
bool is_allowed_variable_name(std::string_view name);

}  // namespace deployctl::api
