#include "api/digest.hpp"

#include <gtest/gtest.h>

#include <array>

#include "full_specs.hpp"
#include "mutations.hpp"

namespace deployctl::api {
namespace {

std::string digest(const DeploymentSpec& spec) {
  return digest_of(
      {.spec = spec, .source = "s", .variables = {{"A", "1"}}, .env = {{"B", "2"}}, .target = {.host = "h"}});
}

std::string_view block_of(Type type) {
  static constexpr std::array<std::string_view, 5> kBlocks = {".docker", ".dockerCompose", ".kubernetes", ".terraform",
                                                              ".ansible"};
  return kBlocks.at(static_cast<std::size_t>(type));
}

bool begins_with_field(std::string_view path, std::string_view field) {
  return path.starts_with(field) &&
         (path.size() == field.size() || std::string_view(".[=").contains(path[field.size()]));
}

bool is_asked(std::string_view path, Type type) {
  return begins_with_field(path, block_of(type)) || begins_with_field(path, ".path") ||
         begins_with_field(path, ".version") || begins_with_field(path, ".type");
}
bool is_gate(std::string_view path) {
  return begins_with_field(path, ".health") || begins_with_field(path, ".hooks") || begins_with_field(path, ".timeout");
}

class EveryType : public ::testing::TestWithParam<Type> {};
INSTANTIATE_TEST_SUITE_P(Types, EveryType,
                         ::testing::Values(Type::Docker, Type::DockerCompose, Type::Kubernetes, Type::Terraform,
                                           Type::Ansible));

TEST_P(EveryType, DigestChangesWithWhatIsAskedAndWithNothingElse) {
  const DeploymentSpec spec = full_spec(GetParam());
  const std::string before = digest(spec);
  for (const auto& [path, credential, changed] : mutations_of(spec)) {
    const bool differs = digest(changed) != before;
    EXPECT_EQ(differs, is_asked(path, GetParam()) && !credential) << path;
  }
}

TEST_P(EveryType, GateChangesWithHealthHooksAndTimeoutAndWithNothingElse) {
  const DeploymentSpec spec = full_spec(GetParam());
  const std::string before = gate_of(spec);
  for (const auto& [path, credential, changed] : mutations_of(spec)) {
    EXPECT_EQ(gate_of(changed) != before, is_gate(path) && !credential) << path;
  }
}

/// The digest after `change` was made to what the spec refers to.
template <class Change>
std::string digest_after(Change change) {
  const DeploymentSpec spec = full_spec(Type::Docker);
  DigestInputs inputs{
      .spec = spec, .source = "s", .variables = {{"A", "1"}}, .env = {{"B", "2"}}, .target = {.host = "h"}};
  change(inputs);
  return digest_of(inputs);
}

TEST(Digest, ChangesWithWhatTheSpecRefersTo) {
  const std::string before = digest_after([](DigestInputs&) {});
  EXPECT_NE(digest_after([](DigestInputs& inputs) { inputs.source = "t"; }), before);
  EXPECT_NE(digest_after([](DigestInputs& inputs) { inputs.variables["A"] = "2"; }), before);
  EXPECT_NE(digest_after([](DigestInputs& inputs) { inputs.env["C"] = ""; }), before);
  EXPECT_NE(digest_after([](DigestInputs& inputs) { std::swap(inputs.variables, inputs.env); }), before);
  for (std::string Target::* member : {&Target::host, &Target::ns, &Target::project, &Target::workspace}) {
    EXPECT_NE(digest_after([member](DigestInputs& inputs) { inputs.target.*member = "moved"; }), before);
  }
}

Result<DeploymentSpec> decode(std::string_view text) { return decode_spec(*parse_json(text)); }

TEST(Digest, AFieldAtItsDefaultIsAsIfAbsent) {
  const auto plain = decode(R"({"type": "docker", "docker": {"image": "a", "ports": [{"container": 80}]}})");
  const auto spelt = decode(
      R"({"type": "docker", "path": ".", "docker": {"image": "a", "restartPolicy": "unless-stopped", "pull": "IfNotPresent",
    "ports": [{"container": 80, "host": 80, "protocol": "tcp"}], "volumes": [], "command": []}})");
  EXPECT_EQ(digest(*plain), digest(*spelt));
}

TEST(Digest, CredentialsAreLiveAndNotInIt) {
  const auto plain = decode(R"({"type": "docker", "docker": {"image": "a", "host": {"endpoint": "tcp://h"}}})");
  const auto other = decode(R"({"type": "docker", "docker": {"image": "a", "registrySecretRef": {"name": "r"},
    "host": {"endpoint": "tcp://h", "tlsSecretRef": {"name": "t"}, "sshSecretRef": {"name": "s"}}}})");
  EXPECT_EQ(digest(*plain), digest(*other));
  const auto cluster = decode(R"({"type": "kubernetes", "kubernetes": {}})");
  const auto elsewhere =
      decode(R"({"type": "kubernetes", "kubernetes": {"kubeConfig": {"secretRef": {"name": "k"}}}})");
  EXPECT_EQ(digest(*cluster), digest(*elsewhere));
  const auto hosts = decode(R"({"type": "ansible", "ansible": {"playbook": "p", "inventory": {"path": "i"}}})");
  const auto secret = decode(R"({"type": "ansible", "ansible": {"playbook": "p", "inventory": {"path": "i"},
    "sshSecretRef": {"name": "s"}, "vaultPasswordSecretRef": {"name": "v"}}})");
  EXPECT_EQ(digest(*hosts), digest(*secret));
}

TEST(Digest, TheObjectsOwnNamespaceIsAsIfAbsent) {
  const auto plain = decode(R"({"type": "kubernetes", "kubernetes": {}})");
  const auto spelt = decode(R"({"type": "kubernetes", "kubernetes": {"namespace": "shop", "prune": true}})");
  EXPECT_EQ(digest_of({.spec = *plain, .target = {.ns = "shop"}}),
            digest_of({.spec = *spelt, .target = {.ns = "shop"}}));
}

TEST(Digest, ADefaultTimeoutOfAHookIsAsIfAbsent) {
  const auto plain = decode(R"({"type": "docker", "hooks": {"preDeploy": [{"name": "a", "command": ["a"]}]}})");
  const auto spelt = decode(
      R"({"type": "docker", "timeout": "1800s", "hooks": {"preDeploy": [{"name": "a", "command": ["a"], "timeout": "300s"}]}})");
  EXPECT_EQ(gate_of(*plain), gate_of(*spelt));
}

// The bytes that are hashed are a contract with revisions kept by earlier versions: another algorithm gets another
// prefix.
TEST(Digest, IsTheSha256OfKeySortedCompactJsonOfTextsAndIntegers) {
  const auto spec = decode(R"({"type": "kubernetes", "version": "1", "kubernetes": {"prune": false}})");
  // printf '%s'
  // '{"env":{"B":"2"},"source":"s","target":{"host":"h"},"tool":{"prune":0},"type":"kubernetes","variables":{"A":"1"},"version":"1"}'
  // | sha256sum
  EXPECT_EQ(digest(*spec), "v1:7834ea15b3649382161bbfc785148670f76a2508ca4d0b8f899e39ee53d6166d");
  // printf '%s' '{}' | sha256sum
  EXPECT_EQ(gate_of(*spec), "v1:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a");
}

}  // namespace
}  // namespace deployctl::api
