#include "app/options.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <iostream>

#include "base/duration.hpp"

namespace deployctl::app {
namespace {

constexpr std::array<std::string_view, 6> kExecutorTypes = {"command",    "docker",    "docker-compose",
                                                            "kubernetes", "terraform", "ansible"};

/// Turns a parser that returns a Result into a check of CLI11, so that a bad flag is one line and exit code 2.
template <class Parser>
auto checked(Parser parse) {
  return [parse](const std::string& text) -> std::string {
    auto parsed = parse(text);
    return parsed ? std::string() : parsed.error().message;
  };
}

/// The words alone: CLI11 itself would print the numbers behind them.
template <class Value>
CLI::CheckedTransformer one_of(const std::map<std::string, Value>& words) {
  std::string all;
  for (const auto& [word, value] : words) all += (all.empty() ? "" : "|") + word;
  CLI::CheckedTransformer transformer(words);
  transformer.description(all);
  return transformer;
}

}  // namespace

Result<ListenAddress> parse_listen_address(const std::string& text) {
  if (text == "0") return ListenAddress{.enabled = false};
  const std::size_t colon = text.rfind(':');
  const auto bad = [&] {
    return fail(ErrorKind::Invalid, "'" + text + "' is not an address: use HOST:PORT, :PORT or 0");
  };
  if (colon == std::string::npos || colon + 1 == text.size()) return bad();
  ListenAddress address{.host = text.substr(0, colon)};
  if (address.host.starts_with('[') && address.host.ends_with(']'))
    address.host = address.host.substr(1, address.host.size() - 2);
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, address.port);
  if (error != std::errc() || stopped != end) return bad();
  return address;
}

Result<ExecutorNamespaces> parse_executor_namespaces(const std::vector<std::string>& values) {
  ExecutorNamespaces parsed;
  for (const std::string& value : values) {
    const std::size_t equals = value.find('=');
    const std::string type = value.substr(0, equals);
    if (equals == std::string::npos || std::ranges::find(kExecutorTypes, type) == kExecutorTypes.end()) {
      return fail(ErrorKind::Invalid, "'" + value +
                                          "': use TYPE=namespace,… with TYPE one of command, docker, docker-compose, "
                                          "kubernetes, terraform, ansible");
    }
    std::set<std::string>& namespaces = parsed[type];
    for (const std::string& each : CLI::detail::split(value.substr(equals + 1), ',')) {
      if (!each.empty()) namespaces.insert(each);
    }
    if (namespaces.contains("*")) parsed.erase(type);
  }
  return parsed;
}

Options parse_options(int argc, char** argv) {
  Options options;
  CLI::App flags("Makes Deployments (deployctl.io) true: docker, kubernetes and more, with health gates and rollback.",
                 "deployment-orchestrator");
  std::string metrics = ":8080";
  std::string health = ":9440";
  std::string grace = "60s";
  std::vector<std::string> executor_namespaces;
  const std::map<std::string, LogLevel> levels{
      {"debug", LogLevel::Debug}, {"info", LogLevel::Info}, {"warning", LogLevel::Warning}, {"error", LogLevel::Error}};
  const std::map<std::string, LogEncoding> encodings{{"json", LogEncoding::Json}, {"console", LogEncoding::Console}};

  flags.add_option("--kubeconfig", options.kubeconfig,
                   "Kubeconfig file; default KUBECONFIG, then the pod's own account");
  flags.add_option("--context", options.context, "Context of the kubeconfig; default its current one");
  flags.add_option("--watch-namespace", options.watch_namespaces, "Namespace to act in (repeatable); default all");
  flags.add_option("--concurrency", options.concurrency, "Reconciles at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  flags.add_option("--max-processes", options.max_processes, "Operations with running tools at once")
      ->check(CLI::Range(1, 256))
      ->capture_default_str();
  flags.add_option(
      "--executor-namespaces", executor_namespaces,
      "TYPE=ns,… (repeatable): where TYPE may run; default everywhere. Types: command, docker, docker-compose, "
      "kubernetes, terraform, ansible");
  flags.add_flag("--allow-loopback", options.allow_loopback,
                 "Let health checks and hooks reach loopback and the API server");
  flags.add_flag("--allow-cluster-scope", options.allow_cluster_scope,
                 "Let kubernetes deployments act outside their namespace with the controller's own rights");
  flags.add_flag("--restricted", options.restricted,
                 "Refuse docker and compose deployments that reach out of their containers: privileged, mounts of the "
                 "host, its network and process spaces; and terraform modules that run programs here: local-exec, "
                 "data \"external\"");
  flags.add_option("--installation-id", options.installation_id,
                   "Label of what this installation owns; default the cluster's id");
  flags.add_option("--metrics-addr", metrics, "Where /metrics listens; 0 is off")
      ->check(checked(parse_listen_address))
      ->capture_default_str();
  flags.add_flag("--metrics-per-object", options.metrics_per_object,
                 "Series for each object; =false where there are too many of them");
  flags.add_option("--health-addr", health, "Where /healthz and /readyz listen; 0 is off")
      ->check(checked(parse_listen_address))
      ->capture_default_str();
  flags.add_option("--work-dir", options.work_dir, "Directory for running operations, private to this process")
      ->capture_default_str();
  flags.add_option("--source-root", options.source_root,
                   "Root of source.directory: <root>/<namespace>/…; default none");
  flags.add_option("--tools-dir", options.tools_dir, "Directory searched for tools before the system's own");
  flags.add_option("--log-level", options.log_level, "How much is logged")
      ->transform(one_of(levels))
      ->default_str("info");
  flags.add_option("--log-encoding", options.log_encoding, "One JSON object a line, or text for people")
      ->transform(one_of(encodings))
      ->default_str("json");
  flags
      .add_option("--shutdown-grace", grace,
                  "How long steps that change something may finish after SIGTERM before they are told to stop")
      ->check(checked(parse_duration))
      ->capture_default_str();
  flags.set_version_flag("--version", std::string("deployment-orchestrator ") + DEPLOYCTL_VERSION);
  try {
    flags.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    std::exit(error.get_exit_code() == 0 ? flags.exit(error)
                                         : (std::cerr << "error: " << error.what() << " (see --help)\n", 2));
  }
  auto namespaces = parse_executor_namespaces(executor_namespaces);
  if (!namespaces) {
    std::cerr << "error: --executor-namespaces: " << namespaces.error().message << " (see --help)\n";
    std::exit(2);
  }
  options.executor_namespaces = *std::move(namespaces);
  options.metrics_address = *parse_listen_address(metrics);
  options.health_address = *parse_listen_address(health);
  options.shutdown_grace = *parse_duration(grace);
  return options;
}

}  // namespace deployctl::app
