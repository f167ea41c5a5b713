#include "kube/kubeconfig.hpp"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "kube/in_cluster.hpp"
#include "kube/token.hpp"
#include "support/fake_clock.hpp"

namespace deployctl::kube {
namespace {

class Folder {
 public:
  Folder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "kubeconfig-XXXXXX").string();
    path_ = ::mkdtemp(pattern.data());
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// One cluster, one user, one context; the inner lines as given.
std::string config(const std::string& cluster, const std::string& user, const std::string& context = "") {
  return "apiVersion: v1\nkind: Config\ncurrent-context: x\nclusters: [{name: c, cluster: {" + cluster +
         "}}]\nusers: [{name: u, user: {" + user + "}}]\ncontexts: [{name: x, context: {cluster: c, user: u" + context +
         "}}]\n";
}
const std::string kServer = "server: 'https://api.example:6443'";

Result<Config> parse(const std::string& text, KubeconfigRules rules = {}) {
  return parse_kubeconfig({{"/k/config", text}}, rules);
}
std::string message(const Result<Config>& result) { return result ? "no error" : result.error().message; }

TEST(Kubeconfig, ReadsServerTokenAndNamespace) {
  const auto read = parse(config("server: 'https://[::1]:6443/k8s/c-1/'", "token: t0k3n", ", namespace: prod"));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->host, "::1");
  EXPECT_EQ(read->port, 6443);
  EXPECT_TRUE(read->tls);
  EXPECT_EQ(read->path_prefix, "/k8s/c-1");
  EXPECT_EQ(read->token, "t0k3n");
  EXPECT_EQ(read->ns, "prod");
}

// fault A16
TEST(Kubeconfig, AnEmptyNamespaceIsDefault) {
  EXPECT_EQ(parse(config(kServer, "token: t", ", namespace: ''"))->ns, "default");
}

TEST(Kubeconfig, InlineDataIsDecoded) {
  const auto read = parse(config(kServer + ", certificate-authority-data: Q0E=",
                                 "client-certificate-data: Q0VSVA==, client-key-data: S0VZ"));
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->ca.read().value(), "CA");
  EXPECT_EQ(read->client_certificate.read().value(), "CERT");
  EXPECT_EQ(read->client_key.read().value(), "KEY");
}

TEST(Kubeconfig, RelativeFilesAreRelativeToTheFileThatNamesThem) {
  const Folder folder;
  folder.write("ca.crt", "CA from a file");
  const std::string path =
      folder.write("config", config(kServer + ", certificate-authority: ca.crt", "tokenFile: tok"));
  const auto read = parse_kubeconfig(find_kubeconfig(path, "", "").value(), {});
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->ca.read().value(), "CA from a file");
  EXPECT_EQ(read->token_file, folder.path() + "/tok");
}

// fault A16
TEST(Kubeconfig, AListIsMergedAndTheFirstToSetANameWins) {
  const auto read = parse_kubeconfig({{"/a", "current-context: x\nusers: [{name: u, user: {token: first}}]\n"},
                                      {"/b", config(kServer, "token: second") + ""}},
                                     {});
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->token, "first");
  EXPECT_EQ(read->host, "api.example");
}

// fault A16
TEST(Kubeconfig, MissingFilesOfAListAreSkippedButAMissingFlagIsAnError) {
  const Folder folder;
  const std::string path = folder.write("config", config(kServer, "token: t"));
  EXPECT_EQ(find_kubeconfig("", "/no/such:" + path + ":", "")->size(), 1U);
  EXPECT_NE(find_kubeconfig("/no/such", "", "").error().message.find("/no/such"), std::string::npos);
  EXPECT_FALSE(find_kubeconfig("", "/no/such", ""));
  EXPECT_FALSE(find_kubeconfig("", "", "/no/home"));
}

// fault A16
TEST(Kubeconfig, AMissingContextIsNamedWithThoseThereAre) {
  EXPECT_EQ(message(parse(config(kServer, "token: t"), {.context = "y"})),
            "/k/config: context \"y\" does not exist (there are: x)");
}

// fault A16
TEST(Kubeconfig, ErrorsNameFileAndField) {
  EXPECT_EQ(message(parse(config(kServer + ", certificate-authority-data: '!!'", "token: t"))),
            "/k/config: clusters \"c\": certificate-authority-data: is not base64");
  EXPECT_EQ(message(parse(config(kServer, "client-certificate-data: Q0E="))),
            "/k/config: users \"u\": client-key: is missing beside client-certificate");
  EXPECT_EQ(message(parse(config("", "token: t"))), "/k/config: clusters \"c\": server: is missing");
  EXPECT_EQ(message(parse(config(kServer, "token: 7"))), "/k/config: users \"u\": token: is not a string");
  EXPECT_EQ(message(parse("contexts: [{name: x, context: {cluster: c}}]\ncurrent-context: x\n")),
            "/k/config: contexts \"x\": cluster: \"c\" is not defined");
  EXPECT_NE(message(parse(config(kServer + ", certificate-authority: /no/such", "token: t"))).find("/no/such"),
            std::string::npos);
}

// fault A16
TEST(Kubeconfig, TheTlsServerNameAndTheProxyAreRead) {
  const auto read = parse(config(kServer + ", tls-server-name: other, proxy-url: 'http://p:3128'", "token: t"));
  EXPECT_EQ(read->tls_server_name, "other");
  EXPECT_EQ(read->proxy_url, "http://p:3128");
}

// fault A12
TEST(Kubeconfig, SkippingVerificationIsRefusedUnlessAllowed) {
  const std::string text = config(kServer + ", insecure-skip-tls-verify: true", "token: t");
  EXPECT_NE(message(parse(text)).find("insecure-skip-tls-verify: is refused"), std::string::npos);
  EXPECT_TRUE(parse(text, {.allow_insecure = true})->insecure_skip_tls_verify);
}

// fault A14
TEST(Kubeconfig, PlugInsAreRefusedWithAHint) {
  EXPECT_NE(message(parse(config(kServer, "exec: {command: aws}"))).find("use tokenFile"), std::string::npos);
  EXPECT_NE(message(parse(config(kServer, "auth-provider: {name: gcp}"))).find("use tokenFile"), std::string::npos);
}

TEST(Kubeconfig, ImpersonationIsRefusedAndNotIgnored) {
  EXPECT_NE(message(parse(config(kServer, "token: t, as: bob"))).find("impersonation"), std::string::npos);
}

// fault A15
TEST(Kubeconfig, OneOutOfASecretMayNotReferToOurFilesOrAProxy) {
  const KubeconfigRules rules{.allow_file_references = false};
  for (const auto* user : {"tokenFile: /var/run/token", "client-certificate: /a, client-key: /b"}) {
    EXPECT_NE(message(parse(config(kServer, user), rules)).find("file references are refused"), std::string::npos)
        << user;
  }
  EXPECT_FALSE(parse(config(kServer + ", certificate-authority: /a", "token: t"), rules));
  EXPECT_FALSE(parse(config(kServer + ", proxy-url: 'http://evil:1'", "token: t"), rules));
  EXPECT_TRUE(parse(config(kServer, "token: t"), rules));
}

TEST(Kubeconfig, TheRenderedTextIsReadBackTheSame) {
  Config written{
      .host = "api.example", .port = 6443, .path_prefix = "/p", .ca = {.text = "CA"}, .token = "t", .ns = "n"};
  auto read = parse(render_kubeconfig(written));
  ASSERT_TRUE(read) << message(read);
  written.source = read->source;
  EXPECT_EQ(*read, written);
}

TEST(InCluster, ReadsTheMountedAccount) {
  const Folder folder;
  folder.write("ca.crt", "CA");
  folder.write("token", "t");
  folder.write("namespace", "prod\n");
  const auto read = in_cluster_config("10.96.0.1", "443", folder.path());
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->host, "10.96.0.1");
  EXPECT_EQ(read->token_file, folder.path() + "/token");
  EXPECT_EQ(read->ns, "prod");
}

TEST(InCluster, SaysWhatIsMissing) {
  const Folder folder;
  EXPECT_NE(message(in_cluster_config("", "", folder.path())).find("not in a pod"), std::string::npos);
  EXPECT_NE(message(in_cluster_config("h", "443", folder.path())).find("ca.crt cannot be read"), std::string::npos);
  EXPECT_NE(message(in_cluster_config("h", "x", folder.path())).find("PORT"), std::string::npos);
}

struct TokenRig {
  Folder folder;
  support::FakeClock clock;
  std::vector<std::string> log;
  Logger logger{LogLevel::Info, LogEncoding::Json, nullptr, [this](std::string_view line) { log.emplace_back(line); }};
  TokenSource tokens{folder.path() + "/token", clock, logger};
};

// fault A6
TEST(TokenSource, ARotatedTokenIsReadWithinAMinuteAndAtOnceAfterA401) {
  TokenRig rig;
  rig.folder.write("token", "one\n");
  EXPECT_EQ(rig.tokens.current(), "one");
  rig.folder.write("token", "two");
  EXPECT_EQ(rig.tokens.current(), "one");
  rig.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(rig.tokens.current(), "two");
  rig.folder.write("token", "three");
  EXPECT_TRUE(rig.tokens.refresh("two"));
  EXPECT_EQ(rig.tokens.current(), "three");
  EXPECT_FALSE(rig.tokens.refresh("three"));
}

// fault A7
TEST(TokenSource, WhileTheFileIsEmptyOrGoneTheLastGoodTokenIsKept) {
  TokenRig rig;
  const std::string path = rig.folder.write("token", "good");
  EXPECT_EQ(rig.tokens.current(), "good");
  rig.folder.write("token", "");
  rig.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(rig.tokens.current(), "good");
  std::filesystem::remove(path);
  rig.clock.advance(std::chrono::minutes(1));
  EXPECT_EQ(rig.tokens.current(), "good");
  ASSERT_EQ(rig.log.size(), 1U);
  EXPECT_EQ(rig.log[0].find("good\""), std::string::npos);
}

}  // namespace
}  // namespace deployctl::kube
