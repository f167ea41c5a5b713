#include "cluster/kube_access.hpp"

#include <utility>

#include "base/sha256.hpp"
#include "kube/kubeconfig.hpp"
#include "kube/request.hpp"

namespace deployctl::cluster {

namespace {

// Another cluster that does not answer must not hold a reconcile.
constexpr Duration kIdentityTimeout = std::chrono::seconds(10);
constexpr std::size_t kRememberedClusters = 256;

Task<Result<std::string>> ask_identity(kube::Client& client) {
  kube::Request request = kube::get(kube::kNamespaces, {"", "kube-system"});
  request.timeout = kIdentityTimeout;
  const Result<Json> found = co_await client.send_json(std::move(request));
  if (!found) co_return found.error();
  const auto metadata = found->find("metadata");
  if (metadata == found->end() || !metadata->is_object())
    co_return fail(ErrorKind::Invalid, "namespace kube-system has no metadata");
  co_return metadata->value("uid", std::string());
}

/// Not all of its text: every kubeconfig has lines that ordinary output has as well.
std::vector<std::string> credentials_in(const kube::Config& config) {
  std::vector<std::string> values;
  for (const std::string& value : {config.token, config.password, config.client_key.text})
    if (!value.empty()) values.push_back(value);
  return values;
}

}  // namespace

Result<kube::Config> config_of_secret(const ports::KeyValues& values, const std::string& secret) {
  auto found = values.find("value");
  if (found == values.end()) found = values.find("kubeconfig");
  if (found == values.end())
    return fail(ErrorKind::DependencyNotReady, "spec.kubernetes.kubeConfig.secretRef: Secret \"" + secret +
                                                   "\" has neither key \"value\" nor \"kubeconfig\"; add one");
  const kube::KubeconfigFile file{.path = "secret " + secret, .text = found->second};
  Result<kube::Config> config =
      kube::parse_kubeconfig({file}, {.allow_insecure = false, .allow_file_references = false});
  if (!config) return config.error().with_context("spec.kubernetes.kubeConfig.secretRef");
  return config;
}

KubeAccess::KubeAccess(kube::Client& own_client, Clock& clock, kube::Config own, Connect connect, Retried retried)
    : own_client_(own_client),
      clock_(clock),
      own_(std::move(own)),
      connect_(std::move(connect)),
      retried_(std::move(retried)) {}

Task<Result<ports::KubeAccess>> KubeAccess::access(const api::Deployment& deployment, ports::References& references) {
  const auto& block = deployment.spec.kubernetes;
  if (block && block->kube_config)
    co_return co_await from_secret(references, deployment.meta.key, block->kube_config->secret_ref.name);
  const Result<std::string> id = co_await own_cluster_id();
  if (!id && id.error().kind != ErrorKind::Forbidden) co_return id.error();
  kube::Config own = own_;
  own.ns = deployment.meta.key.ns;
  co_return ports::KubeAccess{.kubeconfig = kube::render_kubeconfig(own),
                              .cluster_id = id ? *id : std::string(),
                              .own_identity = true,
                              .secret_values = {}};
}

Task<Result<std::string>> KubeAccess::own_cluster_id() {
  if (own_id_.empty()) {
    Result<std::string> id = co_await ask_identity(own_client_);
    if (!id) co_return id.error();
    own_id_ = std::move(*id);
  }
  co_return own_id_;
}

Task<Result<ports::KubeAccess>> KubeAccess::from_secret(ports::References& references, ObjectKey dependent,
                                                        std::string secret) {
  Result<std::optional<ports::KeyValues>> read = co_await references.secret(dependent, secret);
  if (!read) co_return read.error();
  const std::optional<ports::KeyValues> values = std::move(*read);
  if (!values)
    co_return fail(ErrorKind::DependencyNotReady, "spec.kubernetes.kubeConfig.secretRef: Secret \"" + secret +
                                                      "\" does not exist in namespace \"" + dependent.ns +
                                                      "\"; create it");
  Result<kube::Config> config = config_of_secret(*values, secret);
  if (!config) co_return config.error();
  config->ns = dependent.ns;
  ports::KubeAccess access{.kubeconfig = kube::render_kubeconfig(*config),
                           .cluster_id = {},
                           .own_identity = false,
                           .secret_values = credentials_in(*config)};
  const std::string hash = sha256_hex(access.kubeconfig);
  if (const auto known = ids_.find(hash); known != ids_.end()) {
    access.cluster_id = known->second;
    co_return access;
  }
  const auto transport = connect_(*config);
  kube::Client client(*transport, clock_, [this, &config](const std::string& code, const std::string& verb) {
    retried_(*config, code, verb);
  });
  Result<std::string> id = co_await ask_identity(client);
  if (!id && id.error().kind == ErrorKind::Forbidden) co_return access;
  if (!id) co_return id.error().with_context("cluster of secret " + secret);
  if (ids_.size() >= kRememberedClusters) ids_.clear();
  ids_[hash] = *id;
  access.cluster_id = std::move(*id);
  co_return access;
}

}  // namespace deployctl::cluster
