#include "kube/in_cluster.hpp"

#include <unistd.h>

#include <charconv>

namespace deployctl::kube {

namespace {

std::string read_namespace(const std::string& file) {
  auto text = PemSource{.file = file}.read();
  if (!text) return "default";
  const std::size_t end = text->find_last_not_of(" \t\r\n");
  return end == std::string::npos ? "default" : text->substr(0, end + 1);
}

}  // namespace

Result<Config> in_cluster_config(std::string_view service_host, std::string_view service_port,
                                 const std::string& directory) {
  if (service_host.empty() || service_port.empty()) {
    return fail(ErrorKind::Invalid, "not in a pod: KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set");
  }
  Config config{.host = std::string(service_host), .source = "in-cluster"};
  const std::string port(service_port);
  const auto* end = port.data() + port.size();
  if (auto [rest, error] = std::from_chars(port.data(), end, config.port); error != std::errc() || rest != end) {
    return fail(ErrorKind::Invalid, "KUBERNETES_SERVICE_PORT is no port");
  }
  config.ca.file = directory + "/ca.crt";
  config.token_file = directory + "/token";
  for (const std::string& file : {config.ca.file, config.token_file}) {
    if (::access(file.c_str(), R_OK) != 0) {
      return fail(ErrorKind::Invalid, "in-cluster: " + file + " cannot be read (automountServiceAccountToken?)");
    }
  }
  config.ns = read_namespace(directory + "/namespace");
  return config;
}

}  // namespace deployctl::kube
