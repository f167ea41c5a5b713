#pragma once

// The digest of what was asked: `v1:` + SHA-256 over key-sorted compact JSON (integers and strings only) of source
// content, path, version, tool block, Pinned variables and env, target; members at their default are left out. No tool
// runs for it. The gate (health, hooks, timeout) is hashed apart. Fields that are in neither: interval, retry,
// rollback, historyLimit, approval, suspend, deletionPolicy, drift, dependsOn, serviceAccountName, environmentRef,
// strategy.

#include <map>
#include <string>
#include <string_view>

#include "api/deployment.hpp"

namespace deployctl::api {

struct DigestInputs {
  const DeploymentSpec& spec;
  std::string source;  ///< hex SHA-256 of the source's content, or the commit; empty without source
  /// Pinned values only; a Pinned Secret value enters as "hmac:<hex>" made by the caller.
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> env;
  Target target;
};

/// "v1:<64 hex>"
std::string digest_of(const DigestInputs& inputs);
/// "v1:<64 hex>" over health, hooks, timeout.
std::string gate_of(const DeploymentSpec& spec);

}  // namespace deployctl::api
