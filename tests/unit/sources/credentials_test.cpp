#include "sources/credentials.hpp"

#include <gtest/gtest.h>

#include "base/sha256.hpp"
#include "support/fake_references.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::sources {
namespace {

class Credentials : public testing::Test {
 protected:
  Result<HttpCredentials> resolve(std::vector<api::HttpHeader> headers, std::optional<api::NameRef> ca = {}) {
    return support::run_coroutine(loop_, resolve_credentials(references_, {"shop", "web"}, "spec.health.post[api].http",
                                                             std::move(headers), std::move(ca)));
  }
  static api::HttpHeader secret_header(bool optional = false) {
    return {.name = "Authorization", .secret_key_ref = api::KeyRef{"api", "token", optional}};
  }

  asio::io_context loop_{1};
  support::FakeReferences references_;
};

TEST_F(Credentials, HeadersKeepTheirOrderAndSecretsAreHandedOverForRedaction) {
  references_.secrets[{"shop", "api"}] = {{"token", "Bearer canary"}};
  const auto resolved = resolve({{.name = "X-One", .value = "1"}, secret_header()});
  ASSERT_TRUE(resolved.has_value());
  EXPECT_EQ(resolved->headers, (decltype(resolved->headers){{"X-One", "1"}, {"Authorization", "Bearer canary"}}));
  EXPECT_EQ(resolved->secret_values, std::vector<std::string>{"Bearer canary"});
}

TEST_F(Credentials, AMissingSecretIsNamed) {  // fault I13
  const auto resolved = resolve({secret_header()});
  EXPECT_EQ(resolved.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_TRUE(
      resolved.error().message.starts_with("spec.health.post[api].http.headers[Authorization]: Secret \"api\""));
}

TEST_F(Credentials, AnOptionalOneIsLeftOut) { EXPECT_TRUE(resolve({secret_header(true)})->headers.empty()); }

TEST_F(Credentials, AHeaderWithALineBreakIsRefusedWithoutShowingIt) {  // fault S16
  for (const std::string& value :
       {std::string("canary\r\nHost: evil"), std::string("canary\n"), std::string("canary\0", 7)}) {
    references_.secrets[{"shop", "api"}] = {{"token", value}};
    const auto resolved = resolve({secret_header()});
    EXPECT_EQ(resolved.error().kind, ErrorKind::Invalid);
    EXPECT_EQ(resolved.error().message.find("canary"), std::string::npos);
  }
}

TEST_F(Credentials, AHeaderThatNoServerTakesIsRefusedWithoutShowingIt) {
  references_.secrets[{"shop", "api"}] = {{"token", std::string(8192, 'c')}};
  EXPECT_TRUE(resolve({secret_header()}).has_value());
  references_.secrets[{"shop", "api"}] = {{"token", std::string(8193, 'c')}};
  const auto resolved = resolve({secret_header()});
  ASSERT_FALSE(resolved.has_value());
  EXPECT_EQ(resolved.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(resolved.error().message,
            "spec.health.post[api].http.headers[Authorization]: the value in Secret \"api\" has 8193 bytes, a header "
            "has at most 8192; store a shorter one");
}

TEST_F(Credentials, TheAuthorityIsKeyCaCrt) {
  references_.secrets[{"shop", "ca"}] = {{"ca.crt", "PEM"}};
  EXPECT_EQ(resolve({}, api::NameRef{"ca"})->ca_pem, "PEM");
  references_.secrets[{"shop", "ca"}] = {{"tls.crt", "PEM"}};
  EXPECT_EQ(resolve({}, api::NameRef{"ca"}).error().kind, ErrorKind::DependencyNotReady);
}

TEST_F(Credentials, AToolsLoginHasExactlyTheKeysItAsksFor) {
  const auto login = [&] {
    return support::run_coroutine(loop_, resolve_credential(references_, {"shop", "web"}, "spec.ansible.sshSecretRef",
                                                            api::NameRef{"hosts"}, {"ssh-privatekey", "known_hosts"}));
  };
  references_.secrets[{"shop", "hosts"}] = {{"ssh-privatekey", "KEY"}, {"known_hosts", "h k"}, {"other", "o"}};
  EXPECT_EQ(login().value(), (ports::KeyValues{{"known_hosts", "h k"}, {"ssh-privatekey", "KEY"}}));
  references_.secrets[{"shop", "hosts"}] = {{"ssh-privatekey", "KEY"}};
  EXPECT_EQ(login().error().kind, ErrorKind::DependencyNotReady);
  EXPECT_TRUE(login().error().message.starts_with("spec.ansible.sshSecretRef: "));
  EXPECT_NE(login().error().message.find("known_hosts"), std::string::npos);
}

TEST_F(Credentials, ALoginOfNoKeysIsAllOfTheSecretAndAMissingOneIsNamed) {
  const auto all = [&] {
    return support::run_coroutine(
        loop_, resolve_credential(references_, {"shop", "web"}, "spec.terraform.backendConfigSecretRef",
                                  api::NameRef{"state"}, {}));
  };
  EXPECT_EQ(all().error().kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(all().error().message,
            "spec.terraform.backendConfigSecretRef: Secret \"state\" does not exist in namespace \"shop\"; create it");
  references_.secrets[{"shop", "state"}] = {{"bucket", "b"}, {"key", "k"}};
  EXPECT_EQ(all().value(), (ports::KeyValues{{"bucket", "b"}, {"key", "k"}}));
}

TEST(RegistrySecretValues, ArePasswordsAndTokensAndNotTheNames) {  // fault X4
  const std::string config =
      R"({"auths": {"registry.example": {"username": "robot", "password": "canary one", "auth": ")" +
      base64_encode("robot:canary:two") + R"(", "identitytoken": "canary three"}, "other.example": null}})";
  EXPECT_EQ(registry_secret_values(config),
            (std::vector<std::string>{base64_encode("robot:canary:two"), "canary one", "canary three", "canary:two"}));
}

TEST(RegistrySecretValues, OfAFileThatIsNotUnderstoodAreAllOfIt) {
  for (const std::string& config : {std::string("canary"), std::string("[]"), std::string(R"({"auths": 1})")})
    EXPECT_EQ(registry_secret_values(config), std::vector<std::string>{config});
}

}  // namespace
}  // namespace deployctl::sources
