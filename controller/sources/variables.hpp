#pragma once

// Turns `variables`, `variablesFrom`, `env`, `envFrom` into values. Order: the From lists first, then the single ones;
// the later wins. An output of another Deployment is read from its Secret NAME-outputs, hidden like any value of a
// Secret, and Pinned unless said otherwise: a change of it deploys. Used by the engine at Resolve and for every
// operation. Cancelling throws operation_aborted.
//
// Errors name field and remedy: DependencyNotReady (a Secret, ConfigMap or key that is not there and not optional;
// fault I13), Invalid (a name a process environment must not carry, also when it is a key of a From reference: fault
// S3; a value with NUL or that is not UTF-8), else what References says.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/deployment.hpp"
#include "ports/pinned_values.hpp"
#include "ports/references.hpp"

namespace deployctl::sources {

struct ResolvedVariables {
  std::map<std::string, std::string> variables;  ///< all values in use, DEPLOYCTL_VERSION included
  std::map<std::string, std::string> env;        ///< all values in use
  ports::PinnedValues pinned;                    ///< for digest and snapshot
  std::vector<std::string> secret_values;        ///< for the SecretSet: every value that came from a Secret
  std::vector<std::string> left_out;             ///< of Missing::LeaveOut: field, kind and name of what is not there
  bool operator==(const ResolvedVariables&) const = default;
};

/// Whether an entry is part of the revision: as its `track` says, else unless it comes from a Secret.
bool is_pinned(const std::optional<api::Track>& track, bool secret);

/// Reads every reference now. `hmac_key` is the object's random key (kept in its revision Secrets).
Task<Result<ResolvedVariables>> resolve_variables(ports::References& references, ObjectKey key,
                                                  api::DeploymentSpec spec, std::string hmac_key);

/// What becomes of a reference whose object or key is not there (DependencyNotReady).
enum class Missing : bool { Fail, LeaveOut };

/// For a kept revision: `spec` is the snapshot's. Pinned values come from `pinned`, only Live ones are read now.
Task<Result<ResolvedVariables>> restore_variables(ports::References& references, ObjectKey key,
                                                  api::DeploymentSpec spec, ports::PinnedValues pinned,
                                                  Missing missing = Missing::Fail);

/// `${version}` replaced in one pass: what the version itself contains is not looked at again (fault S23).
std::string substitute_version(std::string_view text, std::string_view version);
/// The same in docker.image and docker.build.args. Do this before the executor's validate.
api::DeploymentSpec substitute_version(api::DeploymentSpec spec);

}  // namespace deployctl::sources
