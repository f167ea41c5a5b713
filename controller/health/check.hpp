#pragma once

// One health check ready to run, and how it ended. Prepared by the engine from the spec and the credentials it
// resolved; run by run_checks. Pure data.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "api/health.hpp"
#include "base/result.hpp"
#include "health/status_ranges.hpp"
#include "ports/http_client.hpp"
#include "process/command.hpp"

namespace deployctl::health {

struct HttpProbe {
  ports::HttpRequest request;
  StatusRanges expected_status;
  std::optional<std::string> expected_body;  ///< RE2, known to compile
};
struct TcpProbe {
  std::string host;
  std::uint16_t port = 0;
};
struct CommandProbe {
  process::Command command;
};

struct Check {
  std::string name;
  std::variant<HttpProbe, TcpProbe, CommandProbe> probe;
  Duration timeout{};        ///< of each attempt
  std::int64_t retries = 0;  ///< attempts after the first
  api::Backoff backoff;
  Duration initial_delay{};
};

/// What the spec refers to and the caller resolved (sources::resolve_credentials, resolve_variables).
struct CheckInputs {
  std::vector<std::pair<std::string, std::string>> headers;
  std::optional<std::string> ca_pem;
  std::map<std::string, std::string> env;  ///< of a command: variables and env
};

/// `field` is where it stands: "spec.health.post[api]". Error: Invalid, naming field, value and remedy (expectedStatus,
/// expectedBody, port, empty command, argv[0] with a leading `-`).
Result<Check> prepare_check(std::string_view field, const api::HealthCheck& check, CheckInputs inputs);

/// "http", "tcp", "command": the label of deployctl_health_check_duration_seconds.
std::string_view type_of(const Check& check);

struct CheckOutcome {
  std::string name;
  std::string type;
  bool passed = false;
  bool finished = true;  ///< false: stopped early, because enough others had passed
  std::string message;   ///< one line; never a response body, a header or a command's output
  std::int64_t attempts = 0;
  Duration took{};  ///< of the last attempt
  bool operator==(const CheckOutcome&) const = default;
};

}  // namespace deployctl::health
