#include <gtest/gtest.h>

#include "api/deployment.hpp"
#include "api/readable.hpp"
#include "base/strict_json.hpp"

namespace deployctl::api {
namespace {

Result<DeploymentSpec> decode(std::string_view text) {
  auto json = parse_json(text);
  if (!json) return json.error();
  return decode_spec(*json);
}
std::string refusal(std::string_view text) {
  const auto spec = decode(text);
  return spec ? "accepted" : spec.error().message;
}

TEST(DecodeSpec, MembersThatAreAbsentHaveTheirDefault) {
  const auto spec = decode(R"({"type": "docker", "docker": {"image": "web:1"}})");
  ASSERT_TRUE(spec) << spec.error().message;
  DeploymentSpec expected;
  expected.type = Type::Docker;
  expected.docker = Docker{.image = "web:1"};
  EXPECT_EQ(*spec, expected);
}

TEST(DecodeSpec, EveryKindOfValueIsRead) {
  const auto spec = decode(R"({
    "type": "kubernetes", "version": "1.2", "interval": "1h30m", "historyLimit": 5, "suspend": true, "drift": "Ignore",
    "source": {"inline": {"files": {"a.yaml": "kind: ConfigMap\n"}}},
    "variables": [{"name": "A", "value": ""}, {"name": "B", "valueFrom": {"secretKeyRef": {"name": "s", "key": "k"}}, "track": "Pinned"}],
    "health": {"require": 2, "post": [{"name": "up", "command": ["/bin/check", "-q"], "backoff": {"initial": "250ms"}}]},
    "hooks": {"preDeploy": [{"name": "note", "http": {"url": "http://x/", "headers": [{"name": "T", "valueFrom": {"secretKeyRef": {"name": "s", "key": "t"}}}]}}]},
    "kubernetes": {"prune": false, "kustomize": true}})");
  ASSERT_TRUE(spec) << spec.error().message;
  EXPECT_EQ(spec->interval, std::chrono::minutes(90));
  EXPECT_EQ(spec->source->inline_files->files.at("a.yaml"), "kind: ConfigMap\n");
  EXPECT_EQ(spec->variables[0].value, "");
  EXPECT_EQ(spec->variables[1].track, Track::Pinned);
  EXPECT_EQ(spec->health.require, (Require{.kind = Require::Kind::Count, .count = 2}));
  EXPECT_EQ(spec->health.post[0].command->command, (std::vector<std::string>{"/bin/check", "-q"}));
  EXPECT_EQ(spec->health.post[0].backoff.initial, std::chrono::milliseconds(250));
  EXPECT_EQ(spec->hooks.pre_deploy[0].http->headers[0].secret_key_ref->key, "t");
  EXPECT_EQ(spec->kubernetes->kustomize, true);
  EXPECT_EQ(spec->drift, Drift::Ignore);
}

// fault I1
TEST(DecodeSpec, AnUnknownFieldIsRefusedByItsPath) {
  EXPECT_EQ(refusal(R"({"type": "docker", "docker": {"image": "a", "imagee": "b"}})"),
            "spec.docker.imagee: unknown field; remove it or correct its name");
}

// fault I2
TEST(DecodeSpec, AWrongTypeIsRefusedByItsPath) {
  EXPECT_EQ(refusal(R"({"type": "docker", "suspend": "yes"})"), "spec.suspend: expected true or false, found \"yes\"");
  EXPECT_EQ(refusal(R"({"type": 7})"), "spec.type: expected text; put it in quotes, found 7");
  EXPECT_EQ(refusal(R"({"type": "docker", "docker": {"ports": [{"container": "80"}]}})"),
            "spec.docker.ports[0].container: expected a whole number, found \"80\"");
  EXPECT_EQ(refusal(R"({"type": "docker", "docker": []})"), "spec.docker: expected an object, found []");
  EXPECT_EQ(refusal(R"([])"), "spec: expected an object, found []");
}

// fault I2
TEST(DecodeSpec, NumbersThatDoNotFitAreRefused) {
  EXPECT_EQ(refusal(R"({"type": "docker", "historyLimit": 9223372036854775808})"),
            "spec.historyLimit: expected a whole number, found 9223372036854775808");
  EXPECT_EQ(refusal(R"({"type": "docker", "historyLimit": 2.5})"),
            "spec.historyLimit: expected a whole number, found 2.5");
  EXPECT_TRUE(refusal(R"({"type": "docker", "historyLimit": 1e999})").starts_with("invalid JSON"));
}

TEST(DecodeSpec, AWholeNumberMayBeWrittenWithAPoint) {
  EXPECT_EQ(decode(R"({"type": "docker", "historyLimit": 3.0})")->history_limit, 3);
}

// fault I3
TEST(DecodeSpec, WhatIsNoDurationIsRefused) {
  for (const std::string text : {"10", "-5m", "1d", "9999999h", "٣m", "", "5 m", "1e3s"}) {
    EXPECT_TRUE(refusal(R"({"type": "docker", "interval": ")" + text + "\"}").starts_with("spec.interval: ")) << text;
  }
  const std::string huge = refusal(R"({"type": "docker", "interval": ")" + std::string(1'000'000, '1') + "\"}");
  EXPECT_TRUE(huge.starts_with("spec.interval: "));
  EXPECT_LT(huge.size(), 400U);
}

TEST(DecodeSpec, AWordOutsideAClosedSetIsRefusedWithTheSet) {
  EXPECT_EQ(refusal(R"({"type": "helm"})"),
            "spec.type: must be one of docker, docker-compose, kubernetes, terraform, ansible, found \"helm\"");
}

TEST(DecodeSpec, WhatIsRequiredIsNamed) {
  EXPECT_EQ(refusal("{}"), "spec.type: is required");
  EXPECT_EQ(refusal(R"({"type": "docker", "variables": [{"value": "x"}]})"), "spec.variables[0].name: is required");
}

TEST(DecodeSpec, NullIsAbsent) {
  EXPECT_EQ(decode(R"({"type": "docker", "version": null, "docker": {"image": "a", "user": null}})")->docker->user,
            std::nullopt);
}

// fault I10
TEST(DecodeSpec, AnythingAtAllDecodesOrIsRefused) {
  for (const std::string text :
       {"null", "1", "\"x\"", "[[]]", R"({"type": {}})",
        R"({"type": "docker", "docker": null, "health": {"post": {}}})", R"({"type":"docker","variables":[null]})",
        R"({"type":"docker","source":{"inline":{"files":{"a":1}}}})"}) {
    EXPECT_NE(refusal(text), "accepted") << text;
  }
}

// fault I10
TEST(ReadablePart, KeepsWhatADeletionNeeds) {
  const DeploymentSpec part = readable_part(
      Json::parse(R"({"type": "kubernetes", "deletionPolicy": "Orphan", "interval": 5, "suspend": "x"})"));
  EXPECT_EQ(part.type, Type::Kubernetes);
  EXPECT_EQ(part.deletion_policy, DeletionPolicy::Orphan);
  EXPECT_FALSE(part.suspend);
  EXPECT_EQ(readable_part(Json::array()), DeploymentSpec{});
}

TEST(EncodeSpec, WritesWhatPeopleWouldWrite) {
  const auto spec = decode(R"({"type": "docker", "interval": "600s", "timeout": "90s", "path": ".",
                               "docker": {"image": "a", "restartPolicy": "unless-stopped", "ports": [{"container": 80}]}})");
  EXPECT_EQ(dump_json(encode_spec(*spec)),
            R"({"docker":{"image":"a","ports":[{"container":80}]},"timeout":"1m30s","type":"docker"})");
}

TEST(DeploymentSpecDefaults, DriftIsReportedExceptForAnsible) {
  DeploymentSpec spec;
  EXPECT_EQ(drift_of(spec), Drift::Report);
  spec.type = Type::Ansible;
  EXPECT_EQ(drift_of(spec), Drift::Ignore);
  spec.drift = Drift::Correct;
  EXPECT_EQ(drift_of(spec), Drift::Correct);
}

TEST(DeploymentSpecDefaults, ARollbackMayTakeAsLongAsTheOperation) {
  DeploymentSpec spec;
  spec.timeout = std::chrono::minutes(7);
  EXPECT_EQ(rollback_timeout_of(spec), std::chrono::minutes(7));
  spec.rollback.timeout = std::chrono::minutes(1);
  EXPECT_EQ(rollback_timeout_of(spec), std::chrono::minutes(1));
}

TEST(DeploymentSpecDefaults, AnHttpHookHasThirtySecondsACommandFiveMinutes) {
  EXPECT_EQ(timeout_of(Hook{.command = {"a"}}), std::chrono::minutes(5));
  EXPECT_EQ(timeout_of(Hook{.http = HookHttp{}}), std::chrono::seconds(30));
  EXPECT_EQ(timeout_of(Hook{.http = HookHttp{}, .timeout = std::chrono::seconds(1)}), std::chrono::seconds(1));
}

}  // namespace
}  // namespace deployctl::api
