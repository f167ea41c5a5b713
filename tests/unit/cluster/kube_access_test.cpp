#include "cluster/kube_access.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "support/fake_clock.hpp"
#include "support/fake_references.hpp"
#include "support/memory_api_server.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::cluster {
namespace {

using testing::HasSubstr;
using testing::Not;

/// A kubeconfig of one context; `cluster` and `user` are lines of YAML below those.
std::string a_kubeconfig(const std::string& cluster, const std::string& user) {
  return "apiVersion: v1\nkind: Config\ncurrent-context: c\n"
         "contexts: [{name: c, context: {cluster: k, user: u}}]\n"
         "clusters: [{name: k, cluster: {" +
         cluster + "}}]\nusers: [{name: u, user: {" + user + "}}]\n";
}

const std::string kServer = "server: \"https://10.0.0.1:6443\"";

/// The message when it is refused, empty when it is taken.
std::string refusal(const std::string& kubeconfig) {
  const auto config = config_of_secret({{"value", kubeconfig}}, "target");
  if (config) return "";
  EXPECT_EQ(config.error().kind, ErrorKind::Invalid);
  return config.error().message;
}

// fault A14
TEST(KubeAccess, AnExecPluginInASecretIsRefused) {
  EXPECT_THAT(refusal(a_kubeconfig(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1, command: /bin/sh}")),
              HasSubstr("exec"));
  EXPECT_THAT(refusal(a_kubeconfig(kServer, "auth-provider: {name: gcp}")), HasSubstr("auth-provider"));
}

// fault A15
TEST(KubeAccess, FileReferencesAndProxiesInASecretAreRefused) {
  const std::string token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
  EXPECT_THAT(refusal(a_kubeconfig(kServer, "tokenFile: " + token)), HasSubstr("tokenFile"));
  EXPECT_THAT(refusal(a_kubeconfig(kServer, "client-certificate: /a.crt, client-key: /a.key")), HasSubstr("client-"));
  EXPECT_THAT(refusal(a_kubeconfig(kServer + ", certificate-authority: /etc/passwd", "token: x")),
              HasSubstr("certificate-authority"));
  EXPECT_THAT(refusal(a_kubeconfig(kServer + ", proxy-url: \"http://evil:3128\"", "token: x")), HasSubstr("proxy-url"));
}

// fault A12
TEST(KubeAccess, AKubeconfigThatDoesNotVerifyTheServerIsRefused) {
  EXPECT_THAT(refusal(a_kubeconfig(kServer + ", insecure-skip-tls-verify: true", "token: x")),
              HasSubstr("insecure-skip-tls-verify"));
}

TEST(KubeAccess, ATokenInASecretIsTaken) { EXPECT_EQ(refusal(a_kubeconfig(kServer, "token: x")), ""); }

TEST(KubeAccess, ASecretWithoutEitherKeyIsADependencyThatIsNotReady) {
  EXPECT_EQ(config_of_secret({{"config", "x"}}, "target").error().kind, ErrorKind::DependencyNotReady);
  EXPECT_TRUE(config_of_secret({{"kubeconfig", a_kubeconfig(kServer, "token: x")}}, "target"));
}

class Bench {
 public:
  Bench() {
    server.put("/api/v1/namespaces/kube-system", {{"metadata", {{"name", "kube-system"}, {"uid", "cluster-own"}}}});
    other->put("/api/v1/namespaces/kube-system", {{"metadata", {{"name", "kube-system"}, {"uid", "cluster-other"}}}});
  }
  Result<ports::KubeAccess> access_of(const api::Deployment& deployment) {
    return support::run_coroutine(io, access.access(deployment, references));
  }
  /// The wait between two tries passes at once.
  Result<ports::KubeAccess> after_waiting(const api::Deployment& deployment) {
    std::optional<Result<ports::KubeAccess>> answer;
    asio::co_spawn(io, access.access(deployment, references),
                   [&](std::exception_ptr, Result<ports::KubeAccess> given) { answer = std::move(given); });
    io.poll();
    clock.advance(std::chrono::minutes(1));
    io.restart();
    io.poll();
    return answer ? std::move(*answer) : fail(ErrorKind::Internal, "it still waits");
  }
  static api::Deployment a_deployment() {
    api::Deployment deployment;
    deployment.meta.key = {"shop", "web"};
    deployment.spec.type = api::Type::Kubernetes;
    deployment.spec.kubernetes.emplace();
    return deployment;
  }
  static api::Deployment with_secret() {
    api::Deployment deployment = a_deployment();
    deployment.spec.kubernetes->kube_config = api::KubeConfig{{"target"}};
    return deployment;
  }

  asio::io_context io{1};
  support::FakeClock clock;
  support::MemoryApiServer server{io.get_executor()};
  std::shared_ptr<support::MemoryApiServer> other = std::make_shared<support::MemoryApiServer>(io.get_executor());
  kube::Client client{server, clock};
  support::FakeReferences references;
  int connections = 0;
  std::vector<std::string> retries;
  KubeAccess access{client, clock, own(), [this](const kube::Config&) { return connect(); },
                    [this](const kube::Config& config, const std::string& code, const std::string& verb) {
                      retries.push_back(verb + " " + kube::authority(config) + " " + code);
                    }};

 private:
  /// Hands the one server of the test to each connection.
  class Borrowed final : public kube::Transport {
   public:
    explicit Borrowed(std::shared_ptr<support::MemoryApiServer> server) : server_(std::move(server)) {}
    Task<http::Attempt<kube::Response>> send(kube::Request request) override { return server_->send(request); }
    Task<http::Attempt<kube::StreamResponse>> open(kube::Request request) override { return server_->open(request); }

   private:
    std::shared_ptr<support::MemoryApiServer> server_;
  };
  std::unique_ptr<kube::Transport> connect() {
    ++connections;
    return std::make_unique<Borrowed>(other);
  }
  static kube::Config own() {
    kube::Config config;
    config.host = "10.0.0.1";
    config.token = "token-that-expires";
    config.token_file = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    return config;
  }
};

TEST(KubeAccess, TheControllersOwnIdentityIsATokenFileAndNeverTheToken) {
  Bench bench;
  const auto access = bench.access_of(Bench::a_deployment());
  ASSERT_TRUE(access);
  EXPECT_TRUE(access->own_identity);
  EXPECT_EQ(access->cluster_id, "cluster-own");
  EXPECT_THAT(access->kubeconfig, HasSubstr("/var/run/secrets/kubernetes.io/serviceaccount/token"));
  EXPECT_THAT(access->kubeconfig, Not(HasSubstr("token-that-expires")));
}

TEST(KubeAccess, TheOwnClusterIsAskedForItsIdentityOnce) {
  Bench bench;
  ASSERT_TRUE(bench.access_of(Bench::a_deployment()));
  ASSERT_TRUE(bench.access_of(Bench::a_deployment()));
  EXPECT_EQ(bench.server.requests().size(), 1U);
}

TEST(KubeAccess, WithoutTheRightToAskTheIdentityIsEmpty) {
  Bench bench;
  bench.server.refuse("GET", 403, "namespaces is forbidden");
  const auto access = bench.access_of(Bench::a_deployment());
  ASSERT_TRUE(access);
  EXPECT_EQ(access->cluster_id, "");
}

TEST(KubeAccess, ASecretLeadsToItsOwnClusterWhichIsAskedOnce) {
  Bench bench;
  bench.references.secrets[{"shop", "target"}] = {{"value", a_kubeconfig(kServer, "token: x")}};
  ASSERT_TRUE(bench.access_of(Bench::with_secret()));
  const auto access = bench.access_of(Bench::with_secret());
  ASSERT_TRUE(access);
  EXPECT_FALSE(access->own_identity);
  EXPECT_EQ(access->cluster_id, "cluster-other");
  EXPECT_EQ(bench.connections, 1);
  EXPECT_TRUE(bench.server.requests().empty());
}

TEST(KubeAccess, ARetryOnTheWayToAnotherClusterIsToldWithItsAddress) {
  Bench bench;
  bench.references.secrets[{"shop", "target"}] = {{"value", a_kubeconfig(kServer, "token: x")}};
  bench.other->refuse("GET", 503, "later");
  const auto access = bench.after_waiting(Bench::with_secret());
  ASSERT_TRUE(access);
  EXPECT_EQ(access->cluster_id, "cluster-other");
  EXPECT_EQ(bench.retries, std::vector<std::string>{"get 10.0.0.1:6443 503"});
}

// fault X4
TEST(KubeAccess, TheCredentialsInAKubeconfigAreNamedForRedactionAndNothingElseOfIt) {
  Bench bench;
  bench.references.secrets[{"shop", "target"}] = {{"value", a_kubeconfig(kServer, "token: canary")}};
  const auto access = bench.access_of(Bench::with_secret());
  ASSERT_TRUE(access);
  EXPECT_EQ(access->secret_values, std::vector<std::string>{"canary"});
}

TEST(KubeAccess, AMissingSecretIsADependencyThatIsNotReady) {
  Bench bench;
  EXPECT_EQ(bench.access_of(Bench::with_secret()).error().kind, ErrorKind::DependencyNotReady);
}

}  // namespace
}  // namespace deployctl::cluster
