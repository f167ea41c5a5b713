#include "support/real_api_server.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include "base/random.hpp"
#include "base/sha256.hpp"
#include "base/strict_yaml.hpp"
#include "kube/kubeconfig.hpp"

namespace deployctl::support {

namespace {

constexpr kube::Resource kCrds{"apiextensions.k8s.io", "v1", "customresourcedefinitions", "CustomResourceDefinition"};

std::string read_file(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

kube::Config config_of_bed() {
  const char* bed = std::getenv("DEPLOYCTL_CONTROL_PLANE");
  if (bed == nullptr) throw std::runtime_error("DEPLOYCTL_CONTROL_PLANE names no control plane (run through ctest)");
  const std::string path = std::string(bed) + "/admin.conf";
  auto config = kube::parse_kubeconfig({{.path = path, .text = read_file(path)}}, {});
  if (!config) throw std::runtime_error(config.error().message);
  return *config;
}

}  // namespace

RealApiServer::RealApiServer() : config_(config_of_bed()), ns_("it-" + sha256_hex(random_bytes(16)).substr(0, 12)) {
  transport = std::make_unique<kube::HttpsTransport>(io.get_executor(), clock, resolver, logger, config_, observed());
  client = std::make_unique<kube::Client>(*transport, clock);
  install_crds();
  must(kube::create(kube::kNamespaces, "", {{"apiVersion", "v1"}, {"kind", "Namespace"}, {"metadata", {{"name", ns_}}}},
                    "test"));
}

kube::TransportOptions RealApiServer::observed() {
  kube::TransportOptions options;
  options.observer = [this](const kube::RequestRecord& record) { records_.push_back(record); };
  return options;
}

void RealApiServer::install_crds() {
  for (const auto& entry : std::filesystem::directory_iterator(DEPLOYCTL_CRDS)) {
    if (!entry.path().filename().string().starts_with("deployctl.io_")) continue;
    const auto documents = parse_yaml(read_file(entry.path()));
    if (!documents) throw std::runtime_error(documents.error().message);
    for (const Json& crd : *documents) {
      const auto made = run(client->send(kube::create(kCrds, "", crd, "test")));
      if (!made && made.error().kind != ErrorKind::AlreadyExists) throw std::runtime_error(made.error().message);
    }
  }
  const kube::Resource served{"deployctl.io", "v1alpha1", "deployments", "Deployment"};
  for (int tries = 0; tries < 100; ++tries) {
    if (run(client->send(kube::list(served, {})))) return;
    settle(std::chrono::milliseconds(50));
  }
  throw std::runtime_error("the CRDs are not served");
}

void RealApiServer::until(const std::function<bool()>& holds) {
  const auto limit = std::chrono::steady_clock::now() + kHang;
  while (!holds()) {
    if (std::chrono::steady_clock::now() > limit) throw std::runtime_error("it did not come to that");
    io.restart();
    io.run_one_for(std::chrono::milliseconds(20));
  }
}

void RealApiServer::settle(Duration duration) {
  io.restart();
  io.run_for(duration);
}

Json RealApiServer::must(kube::Request request) {
  auto answer = run(client->send_json(std::move(request)));
  if (!answer) throw std::runtime_error(answer.error().message);
  return std::move(*answer);
}

std::size_t RealApiServer::sent(const std::string& verb) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(records_, [&verb](const kube::RequestRecord& record) { return record.verb == verb; }));
}

}  // namespace deployctl::support
