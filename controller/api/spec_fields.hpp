#pragma once

// The spec itself: the top of the table of fields.hpp.

#include "api/fields.hpp"
#include "api/tool_fields.hpp"

namespace deployctl::api {

template <>
struct Fields<RollbackSpec> {
  static void visit(auto&& field) {
    field("automatic", &RollbackSpec::automatic, FieldRules{});
    field("maxAttempts", &RollbackSpec::max_attempts, rules::number(1, 10));
    field("timeout", &RollbackSpec::timeout, FieldRules{});
  }
};
template <>
struct Fields<ApprovalSpec> {
  static void visit(auto&& field) {
    field("required", &ApprovalSpec::required, FieldRules{});
    field("expiresAfter", &ApprovalSpec::expires_after, FieldRules{.shortest = std::chrono::seconds(60)});
  }
};
template <>
struct Fields<RetrySpec> {
  static void visit(auto&& field) {
    field("limit", &RetrySpec::limit, rules::number(0, 100));
    field("interval", &RetrySpec::interval, FieldRules{});
    field("maxInterval", &RetrySpec::max_interval, FieldRules{});
  }
};
template <>
struct Fields<Dependency> {
  static void visit(auto&& field) {
    field("apiVersion", &Dependency::api_version,
          FieldRules{.format = &kQualifiedName, .min_length = 1, .max_length = 253});
    field("kind", &Dependency::kind, FieldRules{.format = &kWord, .min_length = 1, .max_length = 63});
    field("name", &Dependency::name, rules::required(rules::object_name()));
    field("condition", &Dependency::condition, FieldRules{.format = &kWord, .min_length = 1, .max_length = 63});
    field("minRevision", &Dependency::min_revision, rules::number(1, 1'000'000'000));
  }
};
template <>
struct Fields<DeploymentSpec> {
  using Spec = DeploymentSpec;
  static void visit(auto&& field) {
    field("type", &Spec::type, rules::required({}));
    field("version", &Spec::version, FieldRules{.not_an_option = true, .format = &kLine, .max_length = 128});
    field("environmentRef", &Spec::environment_ref, FieldRules{});
    field("serviceAccountName", &Spec::service_account_name, rules::object_name());
    field("source", &Spec::source, FieldRules{});
    field("path", &Spec::path, rules::inner_path());
    field("variables", &Spec::variables, rules::named(128));
    field("variablesFrom", &Spec::variables_from, rules::objects(32));
    field("env", &Spec::env, rules::named(128));
    field("envFrom", &Spec::env_from, rules::objects(32));
    field("hooks", &Spec::hooks, FieldRules{});
    field("health", &Spec::health, FieldRules{});
    field("rollback", &Spec::rollback, FieldRules{});
    field("historyLimit", &Spec::history_limit, rules::number(1, 50));
    field("approval", &Spec::approval, FieldRules{});
    field("dependsOn", &Spec::depends_on, rules::objects(32));
    field("interval", &Spec::interval, FieldRules{.shortest = std::chrono::seconds(60)});
    field("retry", &Spec::retry, FieldRules{});
    field("timeout", &Spec::timeout, FieldRules{});
    field("drift", &Spec::drift, FieldRules{});
    field("suspend", &Spec::suspend, FieldRules{});
    field("deletionPolicy", &Spec::deletion_policy, FieldRules{});
    field("strategy", &Spec::strategy, rules::one_of(words::kStrategies));
    field("docker", &Spec::docker, FieldRules{});
    field("dockerCompose", &Spec::docker_compose, FieldRules{});
    field("kubernetes", &Spec::kubernetes, FieldRules{});
    field("terraform", &Spec::terraform, FieldRules{});
    field("ansible", &Spec::ansible, FieldRules{});
  }
};

}  // namespace deployctl::api
