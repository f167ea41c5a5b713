#pragma once

// The one table of a spec's fields: JSON name, member, rules. Decoding, encoding, digest, validation and the contract
// with the schema in crds/ all walk it, so a field is added here and in crds/, and nowhere else. Defaults are the
// member initialisers. The status has a table of its own: status_fields.hpp.
//
//   Fields<Docker>::visit([](std::string_view name, auto Docker::* member, const FieldRules& rules) { … });

#include <string_view>

#include "api/deployment.hpp"
#include "api/field_rules.hpp"

namespace deployctl::api {

template <class T>
struct Fields;

template <class T>
concept Described = requires { Fields<T>::visit([](auto&&...) {}); };

namespace words {
inline constexpr std::string_view kRestartPolicies[] = {"no", "always", "on-failure", "unless-stopped"};
inline constexpr std::string_view kProtocols[] = {"tcp", "udp", "sctp"};
inline constexpr std::string_view kBinaries[] = {"terraform", "tofu"};
inline constexpr std::string_view kCheckMethods[] = {"GET", "HEAD", "POST"};
inline constexpr std::string_view kHookMethods[] = {"GET", "POST", "PUT", "PATCH", "DELETE"};
inline constexpr std::string_view kStrategies[] = {"Recreate", "RollingUpdate", "BlueGreen", "Canary"};
}  // namespace words

// --- references -----------------------------------------------------------------------------------------------------

template <>
struct Fields<NameRef> {
  static void visit(auto&& field) { field("name", &NameRef::name, rules::required(rules::object_name())); }
};
template <>
struct Fields<KeyRef> {
  static void visit(auto&& field) {
    field("name", &KeyRef::name, rules::required(rules::object_name()));
    field("key", &KeyRef::key, FieldRules{.required = true, .format = &kDataKey, .min_length = 1, .max_length = 253});
    field("optional", &KeyRef::optional, FieldRules{});
  }
};
template <>
struct Fields<OutputRef> {
  static void visit(auto&& field) {
    field("deployment", &OutputRef::deployment, rules::required(rules::object_name()));
    field("output", &OutputRef::output, rules::required({.format = &kWord, .min_length = 1, .max_length = 128}));
  }
};
template <>
struct Fields<ValueFrom> {
  static void visit(auto&& field) {
    field("secretKeyRef", &ValueFrom::secret_key_ref, FieldRules{});
    field("configMapKeyRef", &ValueFrom::config_map_key_ref, FieldRules{});
    field("outputRef", &ValueFrom::output_ref, FieldRules{});
  }
};
template <>
struct Fields<Variable> {
  static void visit(auto&& field) {
    field("name", &Variable::name, rules::required({.format = &kVariableName, .min_length = 1, .max_length = 128}));
    field("value", &Variable::value, rules::text(16384, kText));
    field("valueFrom", &Variable::value_from, FieldRules{});
    field("track", &Variable::track, FieldRules{});
  }
};
template <>
struct Fields<VariablesFrom::Ref> {
  static void visit(auto&& field) {
    field("name", &VariablesFrom::Ref::name, rules::required(rules::object_name()));
    field("optional", &VariablesFrom::Ref::optional, FieldRules{});
  }
};
template <>
struct Fields<VariablesFrom> {
  static void visit(auto&& field) {
    field("configMapRef", &VariablesFrom::config_map_ref, FieldRules{});
    field("secretRef", &VariablesFrom::secret_ref, FieldRules{});
    field("prefix", &VariablesFrom::prefix, rules::text(64, kPrefix));
    field("track", &VariablesFrom::track, FieldRules{});
  }
};

// --- source ---------------------------------------------------------------------------------------------------------

template <>
struct Fields<InlineSource> {
  static void visit(auto&& field) {
    field("files", &InlineSource::files,
          FieldRules{.required = true, .max_length = 524288, .min_items = 1, .max_items = 100});
  }
};
template <>
struct Fields<GitRef> {
  static void visit(auto&& field) {
    field("branch", &GitRef::branch, rules::argument(255, kImageName));
    field("tag", &GitRef::tag, rules::argument(255, kImageName));
    field("commit", &GitRef::commit, rules::argument(64, kWord));
  }
};
template <>
struct Fields<GitSource> {
  static void visit(auto&& field) {
    field("url", &GitSource::url, rules::required(rules::text(2048, kGitUrl)));
    field("ref", &GitSource::ref, FieldRules{});
    field("secretRef", &GitSource::secret_ref, rules::credential());
  }
};
template <>
struct Fields<ArchiveSource> {
  static void visit(auto&& field) {
    field("url", &ArchiveSource::url, rules::text(2048, kHttpUrl));
    field("secretRef", &ArchiveSource::secret_ref, FieldRules{});
    field("sha256", &ArchiveSource::sha256, rules::text(64, kSha256));
    field("credentialsSecretRef", &ArchiveSource::credentials_secret_ref, rules::credential());
  }
};
template <>
struct Fields<DirectorySource> {
  static void visit(auto&& field) { field("path", &DirectorySource::path, rules::required(rules::inner_path())); }
};
template <>
struct Fields<Source> {
  static void visit(auto&& field) {
    field("inline", &Source::inline_files, FieldRules{});
    field("configMapRef", &Source::config_map_ref, FieldRules{});
    field("secretRef", &Source::secret_ref, FieldRules{});
    field("git", &Source::git, FieldRules{});
    field("archive", &Source::archive, FieldRules{});
    field("directory", &Source::directory, FieldRules{});
  }
};

// --- health and hooks -----------------------------------------------------------------------------------------------

template <>
struct Fields<HttpHeader> {
  static void visit(auto&& field) {
    field("name", &HttpHeader::name, rules::required({.format = &kHeaderName, .min_length = 1, .max_length = 128}));
    field("value", &HttpHeader::value, rules::text(4096));
    field("valueFrom", &HttpHeader::secret_key_ref, FieldRules{.inside = "secretKeyRef"});
  }
};
template <>
struct Fields<HttpCheck> {
  static void visit(auto&& field) {
    field("url", &HttpCheck::url, rules::required(rules::text(2048, kHttpUrl)));
    field("method", &HttpCheck::method, rules::one_of(words::kCheckMethods));
    field("headers", &HttpCheck::headers, rules::objects(16));
    field("expectedStatus", &HttpCheck::expected_status, rules::text(128, kStatusCodes));
    field("expectedBody", &HttpCheck::expected_body, rules::text(1024, kText));
    field("insecureSkipVerify", &HttpCheck::insecure_skip_verify, FieldRules{});
    field("caSecretRef", &HttpCheck::ca_secret_ref, rules::credential());
  }
};
template <>
struct Fields<TcpCheck> {
  static void visit(auto&& field) {
    field("host", &TcpCheck::host, rules::required({.format = &kHost, .min_length = 1, .max_length = 253}));
    field("port", &TcpCheck::port, rules::required(rules::number(1, 65535)));
  }
};
template <>
struct Fields<Backoff> {
  static void visit(auto&& field) {
    field("initial", &Backoff::initial, FieldRules{});
    field("factor", &Backoff::factor, rules::number(1, 10));
    field("max", &Backoff::max, FieldRules{});
  }
};
template <>
struct Fields<HealthCheck> {
  static void visit(auto&& field) {
    field("name", &HealthCheck::name, rules::required({.format = &kDnsLabel, .min_length = 1, .max_length = 63}));
    field("http", &HealthCheck::http, FieldRules{});
    field("tcp", &HealthCheck::tcp, FieldRules{});
    field("command", &HealthCheck::command, rules::command());
    field("timeout", &HealthCheck::timeout, FieldRules{});
    field("retries", &HealthCheck::retries, rules::number(0, 100));
    field("backoff", &HealthCheck::backoff, FieldRules{});
    field("initialDelay", &HealthCheck::initial_delay, rules::from_zero());
  }
};
template <>
struct Fields<HealthWatch> {
  static void visit(auto&& field) {
    field("interval", &HealthWatch::interval, FieldRules{.shortest = std::chrono::seconds(1)});
    field("failureThreshold", &HealthWatch::failure_threshold, rules::number(1, 100));
    field("onFailure", &HealthWatch::on_failure, FieldRules{});
  }
};
template <>
struct Fields<Health> {
  static void visit(auto&& field) {
    field("pre", &Health::pre, rules::named(16));
    field("post", &Health::post, rules::named(16));
    field("require", &Health::require, rules::number(1, 16));
    field("stableFor", &Health::stable_for, rules::from_zero());
    field("watch", &Health::watch, FieldRules{});
  }
};
template <>
struct Fields<HookHttp> {
  static void visit(auto&& field) {
    field("url", &HookHttp::url, rules::required(rules::text(2048, kHttpUrl)));
    field("method", &HookHttp::method, rules::one_of(words::kHookMethods));
    field("headers", &HookHttp::headers, rules::objects(16));
    field("body", &HookHttp::body, rules::text(16384, kText));
    field("expectedStatus", &HookHttp::expected_status, rules::text(128, kStatusCodes));
  }
};
template <>
struct Fields<Hook> {
  static void visit(auto&& field) {
    field("name", &Hook::name, rules::required({.format = &kDnsLabel, .min_length = 1, .max_length = 63}));
    field("command", &Hook::command, rules::command());
    field("http", &Hook::http, FieldRules{});
    field("timeout", &Hook::timeout, FieldRules{});
    field("onFailure", &Hook::on_failure, FieldRules{});
  }
};
template <>
struct Fields<Hooks> {
  static void visit(auto&& field) {
    field("preDeploy", &Hooks::pre_deploy, rules::named(16));
    field("postDeploy", &Hooks::post_deploy, rules::named(16));
    field("preRollback", &Hooks::pre_rollback, rules::named(16));
    field("postRollback", &Hooks::post_rollback, rules::named(16));
  }
};

}  // namespace deployctl::api
