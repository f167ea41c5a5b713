#pragma once

// The flags of `deployment-orchestrator`. Flags only, read once: no configuration file, no reload.

#include <cstddef>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace deployctl::app {

/// An address to listen on: ":8080" is every address, "127.0.0.1:0" a free port of loopback, "0" is off.
struct ListenAddress {
  std::string host;
  std::uint16_t port = 0;
  bool enabled = true;
  bool operator==(const ListenAddress&) const = default;
};
Result<ListenAddress> parse_listen_address(const std::string& text);

/// `--executor-namespaces TYPE=ns,…`: where what may run. A type that is not named may run everywhere.
using ExecutorNamespaces = std::map<std::string, std::set<std::string>>;
/// Error: Invalid, naming the word and the types there are.
Result<ExecutorNamespaces> parse_executor_namespaces(const std::vector<std::string>& values);

struct Options {
  std::optional<std::string> kubeconfig;
  std::optional<std::string> context;
  std::vector<std::string> watch_namespaces;  ///< empty: all
  std::size_t concurrency = 8;
  std::size_t max_processes = 8;
  ExecutorNamespaces executor_namespaces;
  bool allow_loopback = false;
  bool allow_cluster_scope = false;
  bool restricted = false;                     ///< what reaches out of its container, or runs programs here, is refused
  std::optional<std::string> installation_id;  ///< default: the cluster's id
  ListenAddress metrics_address{.host = "", .port = 8080};
  bool metrics_per_object = true;
  ListenAddress health_address{.host = "", .port = 9440};
  std::string work_dir = "/var/lib/deployment-orchestrator";
  std::optional<std::string> source_root;
  std::string tools_dir;  ///< searched before the fixed list of directories
  LogLevel log_level = LogLevel::Info;
  LogEncoding log_encoding = LogEncoding::Json;
  Duration shutdown_grace = std::chrono::seconds(60);
};

/// Reads argv. Ends the program for --help (0), --version (0) and unusable flags (2, one line on stderr).
Options parse_options(int argc, char** argv);

}  // namespace deployctl::app
