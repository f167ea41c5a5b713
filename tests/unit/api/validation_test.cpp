#include "api/validation.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "full_specs.hpp"
#include "mutations.hpp"

namespace deployctl::api {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;

// The table of good and bad objects, shared with the API server, is tests/contract/crds/objects.yaml.

DeploymentSpec a_docker(std::string image) {
  DeploymentSpec spec;
  spec.docker = Docker{.image = std::move(image)};
  return spec;
}

TEST(Validation, ASpecWithoutFaultHasNoProblem) { EXPECT_THAT(validate(a_docker("web:1")), IsEmpty()); }

TEST(Validation, AProblemNamesFieldValueAndRemedy) {
  EXPECT_THAT(
      validate(a_docker("--privileged")),
      ElementsAre("spec.docker.image: \"--privileged\" must not begin with '-', a tool would read it as an option"));
}

TEST(Validation, EveryProblemIsNamed) {
  DeploymentSpec spec = a_docker("-x");
  spec.history_limit = 0;
  spec.interval = std::chrono::milliseconds(1);
  EXPECT_THAT(validate(spec), SizeIs(3));
}

TEST(Validation, WhatIsShownOfAValueIsOneShortLine) {
  const auto problems = validate(a_docker("a\n\x1b[31m" + std::string(400, 'b')));
  ASSERT_THAT(problems, SizeIs(1));
  EXPECT_LT(problems[0].size(), 200U);
  EXPECT_FALSE(problems[0].contains('\n') || problems[0].contains('\x1b'));
}

TEST(Validation, TheListOfProblemsHasAnEnd) {
  DeploymentSpec spec = a_docker("a");
  for (int i = 0; i < 100; ++i) spec.variables.push_back({.name = "LD_" + std::to_string(i), .value = ""});
  EXPECT_THAT(validate(spec), SizeIs(20));
}

// fault I10
TEST(Validation, AnySpecAtAllGivesSentencesAndNothingElse) {
  for (const Type type : {Type::Docker, Type::Kubernetes, Type::Terraform}) {
    for (const auto& [path, credential, changed] : mutations_of(full_spec(type))) {
      for (const std::string& problem : validate(changed)) EXPECT_THAT(problem, StartsWith("spec")) << path;
    }
  }
}

TEST(Unsupported, NothingOfAnOrdinarySpec) { EXPECT_THAT(unsupported(a_docker("web:1")), IsEmpty()); }

TEST(Unsupported, NamesEachFieldOfALaterIssue) {
  DeploymentSpec spec = a_docker("web:1");
  spec.drift = Drift::Correct;
  spec.depends_on = {{.name = "db"}};
  EXPECT_THAT(unsupported(spec), ElementsAre("spec.dependsOn: not supported by this version",
                                             "spec.drift Correct: not supported by this version"));
}

// fault S3
TEST(VariableNames, WhatChangesHowToolsRunIsRefused) {
  for (const char* name : {"LD_PRELOAD",
                           "LD_LIBRARY_PATH",
                           "PATH",
                           "GIT_SSH_COMMAND",
                           "TF_CLI_ARGS",
                           "TF_CLI_ARGS_plan",
                           "ANSIBLE_CONFIG",
                           "KUBECONFIG",
                           "DOCKER_HOST",
                           "HTTP_PROXY",
                           "https_proxy",
                           "NO_PROXY",
                           "DEPLOYCTL_OPERATION",
                           "BASH_ENV",
                           "",
                           "1A",
                           "A-B",
                           "A=B",
                           "A B",
                           "É"}) {
    EXPECT_FALSE(is_allowed_variable_name(name)) << name;
  }
}

TEST(VariableNames, OrdinaryNamesAreAllowed) {
  for (const char* name : {"A", "_", "LOG_LEVEL", "AWS_SECRET_ACCESS_KEY", "TF_VAR_region", "TF_TOKEN_app_terraform_io",
                           "PATHS", "MY_PATH", "PROXY", "GIT_COMMIT"}) {
    EXPECT_TRUE(is_allowed_variable_name(name)) << name;
  }
}

TEST(RoundTrip, WhatIsWrittenIsReadBack) {
  for (const Type type : {Type::Docker, Type::Ansible}) {
    for (const auto& [path, credential, changed] : mutations_of(full_spec(type))) {
      const auto back = decode_spec(encode_spec(changed));
      ASSERT_TRUE(back) << path << ": " << back.error().message;
      EXPECT_EQ(*back, changed) << path;
    }
  }
}

}  // namespace
}  // namespace deployctl::api
