#include "health/check.hpp"

#include "health/pattern.hpp"

namespace deployctl::health {
namespace {

using Probe = std::variant<HttpProbe, TcpProbe, CommandProbe>;

Error invalid(std::string_view field, std::string_view why) {
  return fail(ErrorKind::Invalid, std::string(field) + ": " + std::string(why));
}

Result<Probe> http_probe(std::string_view field, const api::HttpCheck& http, Duration timeout, CheckInputs inputs) {
  const std::string where = std::string(field) + ".http";
  auto expected = StatusRanges::parse(http.expected_status);
  if (!expected) return expected.error().with_context(where + ".expectedStatus");
  if (http.expected_body) {
    if (auto fine = check_pattern(*http.expected_body); !fine)
      return fine.error().with_context(where + ".expectedBody");
  }
  HttpProbe probe;
  probe.request.method = http.method;
  probe.request.url = http.url;
  probe.request.headers = std::move(inputs.headers);
  probe.request.timeout = timeout;
  probe.request.insecure_skip_verify = http.insecure_skip_verify;
  probe.request.ca_pem = std::move(inputs.ca_pem);
  probe.expected_status = std::move(*expected);
  probe.expected_body = http.expected_body;
  return Probe(std::move(probe));
}

Result<Probe> tcp_probe(std::string_view field, const api::TcpCheck& tcp) {
  if (tcp.host.empty()) return invalid(field, "tcp.host is empty; name the host to connect to");
  if (tcp.port < 1 || tcp.port > 65535) {
    return invalid(field, "tcp.port " + std::to_string(tcp.port) + " is not a port; use 1 to 65535");
  }
  return Probe(TcpProbe{.host = tcp.host, .port = static_cast<std::uint16_t>(tcp.port)});
}

Result<Probe> command_probe(std::string_view field, const api::CommandCheck& command, CheckInputs inputs) {
  if (command.command.empty() || command.command.front().empty()) {
    return invalid(field, "command is empty; give a program and its arguments as a list");
  }
  if (command.command.front().starts_with('-')) {
    return invalid(field, "command begins with \"-\"; its first word must be a program");
  }
  return Probe(CommandProbe{.command = {.argv = command.command, .env = std::move(inputs.env)}});
}

Result<Probe> probe_of(std::string_view field, const api::HealthCheck& check, CheckInputs inputs) {
  const int kinds = (check.http ? 1 : 0) + (check.tcp ? 1 : 0) + (check.command ? 1 : 0);
  if (kinds == 1 && check.http) return http_probe(field, *check.http, check.timeout, std::move(inputs));
  if (kinds == 1 && check.tcp) return tcp_probe(field, *check.tcp);
  if (kinds == 1 && check.command) return command_probe(field, *check.command, std::move(inputs));
  return invalid(field, "set exactly one of http, tcp and command");
}

}  // namespace

Result<Check> prepare_check(std::string_view field, const api::HealthCheck& check, CheckInputs inputs) {
  auto probe = probe_of(field, check, std::move(inputs));
  if (!probe) return probe.error();
  return Check{.name = check.name,
               .probe = std::move(*probe),
               .timeout = check.timeout,
               .retries = check.retries,
               .backoff = check.backoff,
               .initial_delay = check.initial_delay};
}

std::string_view type_of(const Check& check) {
  if (std::holds_alternative<HttpProbe>(check.probe)) return "http";
  if (std::holds_alternative<TcpProbe>(check.probe)) return "tcp";
  return "command";
}

}  // namespace deployctl::health
