#include "app/connection.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>
#include <stdexcept>

#include "kube/in_cluster.hpp"
#include "kube/kubeconfig.hpp"

namespace deployctl::app {
namespace {

kube::Config or_throw(Result<kube::Config> config) {
  if (!config) throw std::runtime_error(config.error().message);
  return *std::move(config);
}

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody writes the environment
  return value == nullptr ? std::string() : std::string(value);
}

kube::Config connection_config(const Options& options) {
  const std::string host = environment("KUBERNETES_SERVICE_HOST");
  const bool in_pod = !host.empty() && !options.kubeconfig && environment("KUBECONFIG").empty();
  if (in_pod) return or_throw(kube::in_cluster_config(host, environment("KUBERNETES_SERVICE_PORT")));
  auto files = kube::find_kubeconfig(options.kubeconfig.value_or(""), environment("KUBECONFIG"), environment("HOME"));
  if (!files) throw std::runtime_error(files.error().message);
  return or_throw(kube::parse_kubeconfig(*files, {.context = options.context.value_or("")}));
}

kube::TransportOptions transport_options(runtime::Metrics& metrics) {
  const std::string proxy = environment("HTTPS_PROXY");
  const std::string no_proxy = environment("NO_PROXY");
  return {.user_agent = "deployment-orchestrator/" DEPLOYCTL_VERSION,
          .https_proxy = proxy.empty() ? environment("https_proxy") : proxy,
          .no_proxy = no_proxy.empty() ? environment("no_proxy") : no_proxy,
          .observer = [&metrics](const kube::RequestRecord& record) {
            metrics.rest_request(record.code, record.method, record.verb, record.host, record.took);
          }};
}

std::string instance_name() {
  const std::string pod = environment("POD_NAME");
  if (!pod.empty()) return pod;
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return host.data();
}

}  // namespace deployctl::app
