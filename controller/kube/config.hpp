#pragma once

// How to reach and authenticate to one API server: what a kubeconfig or a pod's mounted ServiceAccount says. Made once
// at start (kube/kubeconfig, kube/in_cluster); files named in it are read again when they are used.

#include <cstdint>
#include <optional>
#include <string>

#include "base/result.hpp"

namespace deployctl::kube {

/// Text that is given, or read from a file each time it is used.
struct PemSource {
  std::string text;
  std::string file;
  [[nodiscard]] bool empty() const { return text.empty() && file.empty(); }
  /// Error: Invalid, naming the file.
  [[nodiscard]] Result<std::string> read() const;
  bool operator==(const PemSource&) const = default;
};

struct Config {
  std::string host;  ///< name or IP literal without brackets
  std::uint16_t port = 443;
  bool tls = true;
  std::string path_prefix;  ///< of the server URL, without trailing slash
  PemSource ca;             ///< empty: the system's public bundle, as kubectl
  bool insecure_skip_tls_verify = false;
  std::string tls_server_name;
  std::string proxy_url;  ///< http://[user:password@]host:port; empty: HTTPS_PROXY and NO_PROXY decide
  std::string token;
  std::string token_file;  ///< wins over token
  std::string username, password;
  PemSource client_certificate;
  PemSource client_key;
  std::string ns = "default";  ///< of the context
  std::string source;          ///< for messages: file and context, or "in-cluster"
  bool operator==(const Config&) const = default;
};

/// Splits a server URL into host, port, tls, path_prefix. Error: Invalid.
Result<void> set_server(Config& config, const std::string& url);

/// "host:port", IPv6 literals in brackets: the Host of requests, and the label `host` of metrics.
std::string authority(const Config& config);

/// "https://host:port/prefix"
std::string server_url(const Config& config);

/// The kubeconfig text that acts as the same identity, for tools: files and tokenFile stay references, so that a
/// rotated token is picked up.
std::string render_kubeconfig(const Config& config);

}  // namespace deployctl::kube
