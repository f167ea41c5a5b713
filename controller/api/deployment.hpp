#pragma once

// The resource as one C++ value: metadata we need, spec, status. Decoded from bytes at each reconcile (never cached as
// a tree), by the same code for the controller and for files.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/health.hpp"
#include "api/references.hpp"
#include "api/source.hpp"
#include "api/status.hpp"
#include "api/tools.hpp"
#include "base/object_key.hpp"
#include "base/result.hpp"
#include "base/strict_json.hpp"
#include "base/time.hpp"

namespace deployctl::api {

enum class Type { Docker, DockerCompose, Kubernetes, Terraform, Ansible };
/// "docker", "docker-compose", "kubernetes", "terraform", "ansible": also the value of the metric label `executor`.
std::string_view to_string(Type type);
std::optional<Type> parse_type(std::string_view text);

enum class Drift { Report, Correct, Ignore };
enum class DeletionPolicy { Destroy, Orphan };

struct RollbackSpec {
  bool automatic = true;
  std::int64_t max_attempts = 1;
  std::optional<Duration> timeout;  ///< default: spec.timeout
  bool operator==(const RollbackSpec&) const = default;
};
struct ApprovalSpec {
  bool required = false;
  Duration expires_after = std::chrono::hours(24);
  bool operator==(const ApprovalSpec&) const = default;
};
struct RetrySpec {
  std::int64_t limit = 3;
  Duration interval = std::chrono::seconds(30);
  Duration max_interval = std::chrono::minutes(10);
  bool operator==(const RetrySpec&) const = default;
};
struct Dependency {
  std::string api_version = "deployctl.io/v1alpha1";
  std::string kind = "Deployment";
  std::string name;
  std::string condition = "Ready";
  std::optional<std::int64_t> min_revision;
  bool operator==(const Dependency&) const = default;
};

struct DeploymentSpec {
  Type type = Type::Docker;
  std::string version;
  std::optional<NameRef> environment_ref;
  std::optional<std::string> service_account_name;
  std::optional<Source> source;
  std::string path = ".";
  std::vector<Variable> variables;
  std::vector<VariablesFrom> variables_from;
  std::vector<Variable> env;
  std::vector<VariablesFrom> env_from;
  Hooks hooks;
  Health health;
  RollbackSpec rollback;
  std::int64_t history_limit = 10;
  ApprovalSpec approval;
  std::vector<Dependency> depends_on;
  Duration interval = std::chrono::minutes(10);
  RetrySpec retry;
  Duration timeout = std::chrono::minutes(30);
  std::optional<Drift> drift;  ///< default Report, for ansible Ignore: see drift_of
  bool suspend = false;
  DeletionPolicy deletion_policy = DeletionPolicy::Destroy;
  std::string strategy = "Recreate";

  std::optional<Docker> docker;
  std::optional<DockerCompose> docker_compose;
  std::optional<Kubernetes> kubernetes;
  std::optional<Terraform> terraform;
  std::optional<Ansible> ansible;

  bool operator==(const DeploymentSpec&) const = default;
};
Drift drift_of(const DeploymentSpec& spec);
Duration rollback_timeout_of(const DeploymentSpec& spec);
/// Whether a person must approve before anything is deployed.
bool approval_required(const DeploymentSpec& spec);

struct ObjectMeta {
  ObjectKey key;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  bool deleting = false;  ///< deletionTimestamp is set
  std::vector<std::string> finalizers;
  std::map<std::string, std::string> annotations;  ///< only those under deployctl.io/
  bool operator==(const ObjectMeta&) const = default;
};

struct Deployment {
  ObjectMeta meta;
  DeploymentSpec spec;
  /// Set when the spec does not decode: this object alone is Stalled with InvalidSpec, `spec` is then a default value.
  std::optional<Error> undecodable;
  DeploymentStatus status;
};

/// Strict: unknown fields, wrong types and out-of-range numbers are errors that name the field path. Defaults filled
/// in.
Result<DeploymentSpec> decode_spec(const Json& spec);
/// What people would write: members at their default are left out; keys sorted; durations in their shortest form.
Json encode_spec(const DeploymentSpec& spec);

}  // namespace deployctl::api
