#pragma once

// The Secret values an http check or http hook refers to: header values and a CA. Always Live. Used by the engine
// before it prepares a check or a hook. Errors: DependencyNotReady (Secret or key missing), Invalid (header value with
// a line break, or over 8 KiB), else what References says. Cancelling throws operation_aborted.

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/deployment.hpp"
#include "api/health.hpp"
#include "ports/references.hpp"

namespace deployctl::sources {

/// The key of Secrets of type kubernetes.io/dockerconfigjson.
inline constexpr const char* kRegistryKey = ".dockerconfigjson";
/// What is secret in the value of that key, for redaction: passwords and tokens, not the names of registries and users.
std::vector<std::string> registry_secret_values(const std::string& config);
/// The Secret with the registry's credentials, where the tool block names one.
std::optional<std::string> registry_secret(const api::DeploymentSpec& spec);

struct HttpCredentials {
  std::vector<std::pair<std::string, std::string>> headers;  ///< in the order of the spec
  std::optional<std::string> ca_pem;
  std::vector<std::string> secret_values;  ///< for redaction
  bool operator==(const HttpCredentials&) const = default;
};

/// `field` is where it stands, for messages: "spec.health.post[api].http". The CA is key "ca.crt".
Task<Result<HttpCredentials>> resolve_credentials(ports::References& references, ObjectKey key, std::string field,
                                                  std::vector<api::HttpHeader> headers,
                                                  std::optional<api::NameRef> ca_secret_ref);

/// These keys of a Secret that a tool logs in with; no keys: all there are. Always Live. `field` is where it stands:
/// "spec.ansible.sshSecretRef". Errors: DependencyNotReady (Secret or key missing), else what References says.
/// Cancelling throws operation_aborted.
Task<Result<ports::KeyValues>> resolve_credential(ports::References& references, ObjectKey key, std::string field,
                                                  api::NameRef secret_ref, std::vector<std::string> keys);

}  // namespace deployctl::sources
