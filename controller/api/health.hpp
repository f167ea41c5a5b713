#pragma once

// `spec.health` and `spec.hooks` as people write them (api.md section 3). Defaults are the member initialisers: they
// are the one table of built-in values that Environment and Deployment are merged over.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "api/references.hpp"
#include "base/time.hpp"

namespace deployctl::api {

/// Exactly one of value and secret_key_ref (`valueFrom.secretKeyRef`).
struct HttpHeader {
  std::string name;
  std::optional<std::string> value;
  std::optional<KeyRef> secret_key_ref;
  bool operator==(const HttpHeader&) const = default;
};

struct HttpCheck {
  std::string url;
  std::string method = "GET";
  std::vector<HttpHeader> headers;
  std::string expected_status = "200-399";   ///< codes and ranges, comma separated
  std::optional<std::string> expected_body;  ///< RE2, searched in the first 64 KiB
  bool insecure_skip_verify = false;
  std::optional<NameRef> ca_secret_ref;
  bool operator==(const HttpCheck&) const = default;
};
struct TcpCheck {
  std::string host;
  std::int64_t port = 0;
  bool operator==(const TcpCheck&) const = default;
};
struct CommandCheck {
  std::vector<std::string> command;  ///< argv; never a shell
  bool operator==(const CommandCheck&) const = default;
};

struct Backoff {
  Duration initial = std::chrono::seconds(1);
  std::int64_t factor = 2;
  Duration max = std::chrono::seconds(30);
  bool operator==(const Backoff&) const = default;
};

struct HealthCheck {
  std::string name;
  std::optional<HttpCheck> http;
  std::optional<TcpCheck> tcp;
  std::optional<CommandCheck> command;
  Duration timeout = std::chrono::seconds(5);
  std::int64_t retries = 5;
  Backoff backoff;
  Duration initial_delay = Duration::zero();
  bool operator==(const HealthCheck&) const = default;
};

/// `require`: All, Any, or how many must pass.
struct Require {
  enum class Kind { All, Any, Count } kind = Kind::All;
  std::int64_t count = 0;
  bool operator==(const Require&) const = default;
};

struct HealthWatch {
  enum class OnFailure { Report, Redeploy, Rollback };
  Duration interval = std::chrono::seconds(30);
  std::int64_t failure_threshold = 3;
  OnFailure on_failure = OnFailure::Report;
  bool operator==(const HealthWatch&) const = default;
};

struct Health {
  std::vector<HealthCheck> pre;
  std::vector<HealthCheck> post;
  Require require;
  Duration stable_for = Duration::zero();
  std::optional<HealthWatch> watch;
  bool operator==(const Health&) const = default;
};

struct HookHttp {
  std::string url;
  std::string method = "POST";
  std::vector<HttpHeader> headers;
  std::optional<std::string> body;
  std::string expected_status = "200-399";
  bool operator==(const HookHttp&) const = default;
};

/// Exactly one of command and http.
struct Hook {
  enum class OnFailure { Fail, Ignore };
  std::string name;
  std::vector<std::string> command;
  std::optional<HookHttp> http;
  std::optional<Duration> timeout;  ///< default 5m, 30s for http: see timeout_of
  OnFailure on_failure = OnFailure::Fail;
  bool operator==(const Hook&) const = default;
};
Duration timeout_of(const Hook& hook);

struct Hooks {
  std::vector<Hook> pre_deploy, post_deploy, pre_rollback, post_rollback;
  bool operator==(const Hooks&) const = default;
};

}  // namespace deployctl::api
