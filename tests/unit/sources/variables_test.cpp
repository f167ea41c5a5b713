#include "sources/variables.hpp"

#include <gtest/gtest.h>

#include "base/redact.hpp"
#include "support/fake_references.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::sources {
namespace {

const ObjectKey kKey{"shop", "web"};
const std::string kHmacKey = "per object key";
using Strings = std::map<std::string, std::string>;

api::Variable plain(std::string name, std::string value) {
  return {.name = std::move(name), .value = std::move(value)};
}
api::Variable from_secret(std::string name, std::string secret, std::string key, bool optional = false) {
  return {.name = std::move(name),
          .value_from = api::ValueFrom{.secret_key_ref = api::KeyRef{std::move(secret), std::move(key), optional}}};
}
api::Variable from_config(std::string name, std::string map, std::string key, bool optional = false) {
  return {.name = std::move(name),
          .value_from = api::ValueFrom{.config_map_key_ref = api::KeyRef{std::move(map), std::move(key), optional}}};
}
api::VariablesFrom all_of_secret(std::string name, bool optional = false) {
  return {.secret_ref = api::VariablesFrom::Ref{std::move(name), optional}};
}
api::VariablesFrom all_of_config(std::string name, std::string prefix = "") {
  return {.config_map_ref = api::VariablesFrom::Ref{.name = std::move(name)}, .prefix = std::move(prefix)};
}

api::Variable from_output(std::string name, std::string deployment, std::string output) {
  return {.name = std::move(name),
          .value_from = api::ValueFrom{.output_ref = api::OutputRef{std::move(deployment), std::move(output)}}};
}

class Variables : public testing::Test {
 protected:
  Variables() {
    spec_.version = "1.2.3";
    references_.secrets[{"shop", "db"}] = {{"PASSWORD", "canary"}};
    references_.config_maps[{"shop", "settings"}] = {{"LEVEL", "info"}};
  }
  Result<ResolvedVariables> resolve() {
    return support::run_coroutine(loop_, resolve_variables(references_, kKey, spec_, kHmacKey));
  }
  Result<ResolvedVariables> restore(const ports::PinnedValues& pinned) {
    return support::run_coroutine(loop_, restore_variables(references_, kKey, spec_, pinned));
  }

  asio::io_context loop_{1};
  support::FakeReferences references_;
  api::DeploymentSpec spec_;
};

TEST_F(Variables, TheVersionIsOneEverywhere) {
  EXPECT_EQ(resolve()->variables, (Strings{{"DEPLOYCTL_VERSION", "1.2.3"}}));
  EXPECT_TRUE(resolve()->pinned.variables.empty());
}

TEST_F(Variables, OutputOfAnotherDeploymentIsPinnedAndHidden) {
  references_.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}};
  spec_.variables = {from_output("ADDRESS", "net", "address")};
  const auto resolved = resolve();
  ASSERT_TRUE(resolved);
  EXPECT_EQ(resolved->variables.at("ADDRESS"), "10.1.1.1");
  EXPECT_EQ(resolved->pinned.variables.at("ADDRESS"), ports::hmac_form(kHmacKey, "10.1.1.1"));
  EXPECT_EQ(resolved->secret_values, (std::vector<std::string>{"10.1.1.1"}));
  EXPECT_TRUE(references_.reads.contains({kKey, "secret/net-outputs"})) << "a change of it wakes the object";
  references_.secrets.clear();
  EXPECT_EQ(restore(resolved->pinned)->variables.at("ADDRESS"), "10.1.1.1") << "a rollback restores it";
}

TEST_F(Variables, LiveOutputIsReadWheneverSomethingRuns) {
  references_.secrets[{"shop", "net-outputs"}] = {{"address", "10.1.1.1"}};
  spec_.env = {from_output("ADDRESS", "net", "address")};
  spec_.env.front().track = api::Track::Live;
  const auto resolved = resolve();
  EXPECT_TRUE(resolved->pinned.env.empty());
  references_.secrets[{"shop", "net-outputs"}] = {{"address", "10.2.2.2"}};
  EXPECT_EQ(restore(resolved->pinned)->env.at("ADDRESS"), "10.2.2.2");
}

TEST_F(Variables, MissingOutputIsWaitedForAndNamed) {  // fault I13
  spec_.variables = {from_output("ADDRESS", "net", "address")};
  const auto without_secret = resolve();
  ASSERT_FALSE(without_secret);
  EXPECT_EQ(without_secret.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(without_secret.error().message,
            "spec.variables[ADDRESS].valueFrom.outputRef: Deployment \"net\" has no output \"address\" yet; it is "
            "waited for");
  references_.secrets[{"shop", "net-outputs"}] = {{"other", "x"}};
  EXPECT_EQ(resolve().error().kind, ErrorKind::DependencyNotReady);
}

TEST_F(Variables, ValuesStayLiteralWhateverTheyHold) {  // fault S1
  for (const char* value : {"; touch canary", "$(touch canary)", "`touch canary`", "a\nb", "\" || kubectl api-versions",
                            "{{ lookup('pipe', 'id') }}", "${version}", "--privileged"}) {
    spec_.variables = {plain("X", value)};
    EXPECT_EQ(resolve()->variables.at("X"), value);
  }
}

TEST_F(Variables, ComeFromSecretsAndConfigMaps) {
  spec_.variables = {from_secret("A", "db", "PASSWORD"), from_config("B", "settings", "LEVEL")};
  spec_.variables_from = {all_of_secret("db"), all_of_config("settings", "APP_")};
  EXPECT_EQ(resolve()->variables, (Strings{{"A", "canary"},
                                           {"B", "info"},
                                           {"PASSWORD", "canary"},
                                           {"APP_LEVEL", "info"},
                                           {"DEPLOYCTL_VERSION", "1.2.3"}}));
}

TEST_F(Variables, EnvIsApart) {
  spec_.env = {plain("AWS_REGION", "eu")};
  spec_.env_from = {all_of_secret("db")};
  const auto resolved = resolve();
  EXPECT_EQ(resolved->env, (Strings{{"AWS_REGION", "eu"}, {"PASSWORD", "canary"}}));
  EXPECT_EQ(resolved->pinned.env, (Strings{{"AWS_REGION", "eu"}}));
  EXPECT_EQ(resolved->secret_values, std::vector<std::string>{"canary"});
}

TEST_F(Variables, TheSingleOnesWinOverTheLists) {
  spec_.variables_from = {all_of_config("settings")};
  spec_.variables = {plain("LEVEL", "debug")};
  EXPECT_EQ(resolve()->variables.at("LEVEL"), "debug");
}

TEST_F(Variables, OfConfigMapsArePinnedAndThoseOfSecretsAreLive) {
  spec_.variables = {plain("A", "1"), from_config("B", "settings", "LEVEL"), from_secret("C", "db", "PASSWORD")};
  const auto resolved = resolve();
  EXPECT_EQ(resolved->pinned.variables, (Strings{{"A", "1"}, {"B", "info"}}));
  EXPECT_TRUE(resolved->pinned.secret_variables.empty());
}

TEST_F(Variables, TrackDecidesOtherwise) {
  spec_.variables = {plain("A", "1"), from_secret("C", "db", "PASSWORD")};
  spec_.variables[0].track = api::Track::Live;
  spec_.variables[1].track = api::Track::Pinned;
  const auto resolved = resolve();
  EXPECT_EQ(resolved->pinned.variables, (Strings{{"C", ports::hmac_form(kHmacKey, "canary")}}));
  EXPECT_EQ(resolved->pinned.secret_variables, (Strings{{"C", "canary"}}));
}

TEST_F(Variables, APinnedSecretIsNotInTheDigestInClear) {
  spec_.env = {from_secret("C", "db", "PASSWORD")};
  spec_.env[0].track = api::Track::Pinned;
  const std::string form = resolve()->pinned.env.at("C");
  EXPECT_TRUE(form.starts_with("hmac:"));
  EXPECT_EQ(form.find("canary"), std::string::npos);
}

TEST_F(Variables, EverySecretValueIsHandedOverForRedaction) {  // fault X8
  spec_.variables = {from_secret("A", "db", "PASSWORD"), plain("B", "open")};
  const auto resolved = resolve();
  SecretSet secrets;
  secrets.replace(kKey, resolved->secret_values);
  EXPECT_EQ(secrets.redact("login with canary failed, Y2FuYXJ5 too, open stays"),
            "login with [redacted] failed, [redacted] too, open stays");
}

TEST_F(Variables, AMissingSecretIsNamedAndHealsWhenItAppears) {  // fault I13
  spec_.variables = {from_secret("A", "cache", "TOKEN")};
  const auto missing = resolve();
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_EQ(
      missing.error().message,
      "spec.variables[A].valueFrom.secretKeyRef: Secret \"cache\" does not exist in namespace \"shop\"; create it "
      "or make the reference optional");
  EXPECT_TRUE(references_.reads.contains({kKey, "secret/cache"}));
  references_.secrets[{"shop", "cache"}] = {{"TOKEN", "t0ken"}};
  EXPECT_EQ(resolve()->variables.at("A"), "t0ken");
}

TEST_F(Variables, OfARemovalLeaveOutWhatIsGoneAndNothingElse) {
  api::Variable output = from_output("ADDRESS", "net", "address");
  output.track = api::Track::Live;
  spec_.variables = {from_secret("A", "cache", "TOKEN"), from_secret("B", "db", "PASSWORD"), output};
  spec_.env_from = {{.secret_ref = api::VariablesFrom::Ref{.name = "all"}}};
  EXPECT_EQ(restore({}).error().kind, ErrorKind::DependencyNotReady);
  const auto left = support::run_coroutine(
      loop_, restore_variables(references_, kKey, spec_, {.variables = {{"C", "pinned"}}}, Missing::LeaveOut));
  ASSERT_TRUE(left.has_value()) << left.error().message;
  EXPECT_EQ(left->variables, (Strings{{"B", "canary"}, {"C", "pinned"}, {"DEPLOYCTL_VERSION", "1.2.3"}}));
  EXPECT_EQ(left->left_out,
            (std::vector<std::string>{
                "spec.variables[A].valueFrom.secretKeyRef: Secret \"cache\" does not exist in namespace \"shop\"",
                "spec.variables[ADDRESS].valueFrom.outputRef: Deployment \"net\" has no output \"address\" yet",
                "spec.envFrom[0].secretRef: Secret \"all\" does not exist in namespace \"shop\""}));
  EXPECT_EQ(left->secret_values, std::vector<std::string>{"canary"});
  references_.failure = fail(ErrorKind::Transient, "not now");
  const auto waits = support::run_coroutine(loop_, restore_variables(references_, kKey, spec_, {}, Missing::LeaveOut));
  EXPECT_EQ(waits.error().kind, ErrorKind::Transient);
}

TEST_F(Variables, AMissingKeyIsNamed) {  // fault I13
  spec_.env = {from_config("A", "settings", "COLOUR")};
  EXPECT_EQ(
      resolve().error(),
      (Error{ErrorKind::DependencyNotReady,
             "spec.env[A].valueFrom.configMapKeyRef: ConfigMap \"settings\" has no key \"COLOUR\"; add it or make "
             "the reference optional"}));
}

TEST_F(Variables, AMissingListIsNamed) {  // fault I13
  spec_.env_from = {all_of_config("settings"), all_of_secret("cloud")};
  const auto missing = resolve();
  EXPECT_EQ(missing.error().kind, ErrorKind::DependencyNotReady);
  EXPECT_TRUE(missing.error().message.starts_with("spec.envFrom[1].secretRef: Secret \"cloud\" does not exist"));
}

TEST_F(Variables, OptionalReferencesThatAreMissingAreLeftOut) {
  spec_.variables = {from_secret("A", "cache", "TOKEN", true), from_config("B", "settings", "COLOUR", true)};
  spec_.variables_from = {all_of_secret("nothing", true)};
  EXPECT_EQ(resolve()->variables, (Strings{{"DEPLOYCTL_VERSION", "1.2.3"}}));
}

TEST_F(Variables, NamesThatChangeHowToolsRunAreRefusedAlsoFromLists) {  // fault S3
  for (const char* name : {"LD_PRELOAD", "PATH", "GIT_SSH_COMMAND", "TF_CLI_ARGS", "ANSIBLE_CONFIG", "KUBECONFIG",
                           "DOCKER_HOST", "HTTPS_PROXY", "app.conf", "1A"}) {
    references_.config_maps[{"shop", "settings"}] = {{name, "x"}};
    spec_.env_from = {all_of_config("settings")};
    const auto resolved = resolve();
    ASSERT_FALSE(resolved.has_value()) << name;
    EXPECT_EQ(resolved.error().kind, ErrorKind::Invalid);
    EXPECT_TRUE(resolved.error().message.starts_with("spec.envFrom[0]: \"" + std::string(name) + "\" is not allowed"))
        << resolved.error().message;
  }
}

TEST_F(Variables, APrefixMakesAKeyAName) {
  references_.config_maps[{"shop", "settings"}] = {{"PATH", "x"}};
  spec_.variables_from = {all_of_config("settings", "APP_")};
  EXPECT_EQ(resolve()->variables.at("APP_PATH"), "x");
}

TEST_F(Variables, TheProductsOwnNamesAreRefused) {
  spec_.env = {plain("DEPLOYCTL_OPERATION", "x")};
  EXPECT_EQ(resolve().error().kind, ErrorKind::Invalid);
}

TEST_F(Variables, ValuesWithNulOrJunkBytesAreRefusedWithoutShowingThem) {
  for (const std::string& value : {std::string("canary\0x", 8), std::string("canary\xff")}) {
    references_.secrets[{"shop", "db"}] = {{"PASSWORD", value}};
    spec_.variables = {from_secret("A", "db", "PASSWORD")};
    const auto resolved = resolve();
    EXPECT_EQ(resolved.error().kind, ErrorKind::Invalid);
    EXPECT_EQ(resolved.error().message.find("canary"), std::string::npos);
  }
}

TEST_F(Variables, EachReferenceIsReadOnce) {
  struct Counting final : ports::References {
    int calls = 0;
    Task<Result<std::optional<ports::KeyValues>>> secret(ObjectKey, std::string) override {
      ++calls;
      co_return std::optional<ports::KeyValues>({{"A", "1"}, {"B", "2"}});
    }
    Task<Result<std::optional<ports::KeyValues>>> config_map(ObjectKey, std::string) override {
      co_return std::optional<ports::KeyValues>();
    }
  } counting;
  spec_.variables = {from_secret("A", "db", "A"), from_secret("B", "db", "B")};
  spec_.env_from = {all_of_secret("db")};
  ASSERT_TRUE(support::run_coroutine(loop_, resolve_variables(counting, kKey, spec_, kHmacKey)).has_value());
  EXPECT_EQ(counting.calls, 1);
}

TEST_F(Variables, AKeptRevisionGetsItsPinnedValuesBackAndTodaysLiveOnes) {
  spec_.variables = {from_config("LEVEL", "settings", "LEVEL"), from_secret("PASSWORD", "db", "PASSWORD")};
  const auto then = resolve();
  references_.config_maps.clear();
  references_.secrets[{"shop", "db"}] = {{"PASSWORD", "rotated"}};
  const auto restored = restore(then->pinned);
  ASSERT_TRUE(restored.has_value()) << restored.error().message;
  EXPECT_EQ(restored->variables, (Strings{{"LEVEL", "info"}, {"PASSWORD", "rotated"}, {"DEPLOYCTL_VERSION", "1.2.3"}}));
  EXPECT_EQ(restored->pinned, then->pinned);
}

TEST_F(Variables, AKeptRevisionGetsItsPinnedSecretsBackInClearAndRedacted) {
  spec_.env = {from_secret("PASSWORD", "db", "PASSWORD")};
  spec_.env[0].track = api::Track::Pinned;
  const auto then = resolve();
  references_.secrets.clear();
  const auto restored = restore(then->pinned);
  EXPECT_EQ(restored->env, (Strings{{"PASSWORD", "canary"}}));
  EXPECT_EQ(restored->secret_values, std::vector<std::string>{"canary"});
}

TEST_F(Variables, APinnedNameThatHadWonOverALiveOneWinsAgain) {
  spec_.variables_from = {all_of_secret("db")};
  spec_.variables = {plain("PASSWORD", "public")};
  EXPECT_EQ(restore(resolve()->pinned)->variables.at("PASSWORD"), "public");
}

TEST(SubstituteVersion, IsOnePass) {  // fault S23
  EXPECT_EQ(substitute_version("shop/web:${version}", "1.2"), "shop/web:1.2");
  EXPECT_EQ(substitute_version("${version}-${version}", "a"), "a-a");
  EXPECT_EQ(substitute_version("x:${version}", "${version}${version}"), "x:${version}${version}");
  EXPECT_EQ(substitute_version("${ver${version}sion}", ""), "${version}");
}

TEST(SubstituteVersion, LeavesEverythingElseAlone) {  // fault S23
  EXPECT_EQ(substitute_version("$version ${VERSION} {{ version }} $(id) ${versio", "1"),
            "$version ${VERSION} {{ version }} $(id) ${versio");
}

TEST(SubstituteVersion, ReachesImageAndBuildArgumentsOnly) {
  api::DeploymentSpec spec;
  spec.version = "2.0";
  spec.docker = api::Docker{.image = "web:${version}",
                            .build = api::DockerBuild{.dockerfile = "${version}", .args = {{"V", "v${version}"}}},
                            .command = {"${version}"}};
  const auto done = substitute_version(spec);
  EXPECT_EQ(done.docker->image, "web:2.0");
  EXPECT_EQ(done.docker->build->args.at("V"), "v2.0");
  EXPECT_EQ(done.docker->build->dockerfile, "${version}");
  EXPECT_EQ(done.docker->command.front(), "${version}");
}

}  // namespace
}  // namespace deployctl::sources
