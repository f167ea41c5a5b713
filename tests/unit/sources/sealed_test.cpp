#include "sources/sealed.hpp"

#include <gtest/gtest.h>

#include "support/fake_references.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::sources {
namespace {

const ObjectKey kKey{"shop", "web"};

class Sealed : public testing::Test {
 protected:
  Sealed() {
    references_.secrets[{"shop", "db"}] = {{"PASSWORD", "canary"}, {"OTHER", "not asked for"}};
    references_.secrets[{"shop", "pull"}] = {{".dockerconfigjson", "{}"}, {"note", "not asked for"}};
    references_.secrets[{"shop", "target"}] = {{"kubeconfig", "kind: Config"}, {"note", "not asked for"}};
    references_.secrets[{"shop", "all"}] = {{"A", "1"}, {"B", "2"}};
    references_.secrets[{"shop", "state"}] = {{"secret_key", "canary"}};
    references_.config_maps[{"shop", "settings"}] = {{"LEVEL", "info"}};
    spec_.variables = {from_secret("PASSWORD", "db", "PASSWORD")};
  }
  static api::Variable from_secret(const std::string& name, const std::string& secret, const std::string& key) {
    return {.name = name, .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{secret, key}}};
  }
  ports::SealedValues seal_now() {
    const auto sealed = support::run_coroutine(loop_, seal(references_, kKey, spec_));
    return sealed ? sealed->values : ports::SealedValues{};
  }
  ports::KeyValues read(SealedReferences& references, const std::string& secret) {
    const auto found = support::run_coroutine(loop_, references.secret(kKey, secret));
    return found ? found->value_or(ports::KeyValues{}) : ports::KeyValues{{"failed", found.error().message}};
  }

  asio::io_context loop_{1};
  support::FakeReferences references_;
  api::DeploymentSpec spec_;
};

TEST_F(Sealed, HoldsTheKeysThatAreReferredToAndNoOthers) {
  spec_.docker = api::Docker{.registry_secret_ref = api::NameRef{"pull"}};
  spec_.kubernetes = api::Kubernetes{.kube_config = api::KubeConfig{{"target"}}};
  spec_.terraform = api::Terraform{.backend_config_secret_ref = api::NameRef{"state"}};
  spec_.env_from = {{.secret_ref = api::VariablesFrom::Ref{.name = "all"}}};
  const ports::SealedValues sealed = seal_now();
  EXPECT_EQ(sealed.secrets.size(), 5U);
  EXPECT_EQ(sealed.secrets.at("db").values, (ports::KeyValues{{"PASSWORD", "canary"}}));
  EXPECT_EQ(sealed.secrets.at("pull").values, (ports::KeyValues{{".dockerconfigjson", "{}"}}));
  EXPECT_EQ(sealed.secrets.at("target").values, (ports::KeyValues{{"kubeconfig", "kind: Config"}}));
  EXPECT_EQ(sealed.secrets.at("all").values, (ports::KeyValues{{"A", "1"}, {"B", "2"}}));
  EXPECT_EQ(sealed.secrets.at("state").values, (ports::KeyValues{{"secret_key", "canary"}}));
  EXPECT_TRUE(sealed.config_maps.empty());
}

TEST_F(Sealed, LeavesOutWhatIsPinnedForThatIsInTheRevisionAnyway) {
  spec_.variables.front().track = api::Track::Pinned;
  const api::ValueFrom level{.config_map_key_ref = api::KeyRef{"settings", "LEVEL"}};
  spec_.env = {{.name = "LEVEL", .value_from = level}};
  EXPECT_TRUE(seal_now().empty());
  spec_.env.front().track = api::Track::Live;
  EXPECT_EQ(seal_now().config_maps.at("settings").values, (ports::KeyValues{{"LEVEL", "info"}}));
}

TEST_F(Sealed, HoldsALiveOutputOfAnotherDeployment) {
  references_.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}, {"other", "not asked for"}};
  spec_.variables = {{.name = "DB", .value_from = api::ValueFrom{.output_ref = api::OutputRef{"net", "address"}}}};
  EXPECT_TRUE(seal_now().empty()) << "a pinned one is in the revision anyway";
  spec_.variables.front().track = api::Track::Live;
  EXPECT_EQ(seal_now().secrets.at("net-outputs").values, (ports::KeyValues{{"address", "10.1.1.1"}}));
}

TEST_F(Sealed, WhatDoesNotFitIsLeftOutAndNamed) {
  references_.secrets[{"shop", "db"}]["PASSWORD"] = std::string(kMaxSealedBytes, 'x');
  const auto sealed = support::run_coroutine(loop_, seal(references_, kKey, spec_));
  ASSERT_TRUE(sealed.has_value());
  EXPECT_TRUE(sealed->values.empty());
  EXPECT_EQ(sealed->left_out, std::vector<std::string>{"Secret db"});
}

TEST_F(Sealed, TheLiveValueWins) {
  SealedReferences references(references_, seal_now());
  references_.secrets[{"shop", "db"}]["PASSWORD"] = "rotated";
  EXPECT_EQ(read(references, "db").at("PASSWORD"), "rotated");
  EXPECT_TRUE(references.used().empty());
}

TEST_F(Sealed, TheCopyStandsInForWhatIsGone) {
  SealedReferences references(references_, seal_now());
  references_.secrets.clear();
  EXPECT_EQ(read(references, "db"), (ports::KeyValues{{"PASSWORD", "canary"}}));
  EXPECT_EQ(read(references, "db"), (ports::KeyValues{{"PASSWORD", "canary"}}));
  EXPECT_EQ(references.used(), std::vector<std::string>{"Secret db"});
}

TEST_F(Sealed, AKeyThatIsGoneIsFilledInUnlessTheSecretIsMeantAsAWhole) {
  spec_.env_from = {{.secret_ref = api::VariablesFrom::Ref{.name = "all"}}};
  SealedReferences references(references_, seal_now());
  references_.secrets[{"shop", "db"}].erase("PASSWORD");
  references_.secrets[{"shop", "all"}].erase("A");
  EXPECT_EQ(read(references, "db").at("PASSWORD"), "canary");
  EXPECT_EQ(read(references, "all"), (ports::KeyValues{{"B", "2"}}));
  EXPECT_EQ(references.used(), std::vector<std::string>{"Secret db"});
}

TEST_F(Sealed, AServerThatCannotBeAskedIsNotASecretThatIsGone) {
  SealedReferences references(references_, seal_now());
  references_.failure = fail(ErrorKind::Transient, "not now");
  EXPECT_EQ(read(references, "db").at("failed"), "not now");
  EXPECT_TRUE(references.used().empty());
}

}  // namespace
}  // namespace deployctl::sources
