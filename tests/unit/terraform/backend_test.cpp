#include "terraform/backend.hpp"

#include <gmock/gmock.h>

#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using Policy = api::Terraform::Backend;

constexpr auto kBare = "resource \"terraform_data\" \"a\" {}\n";
constexpr auto kS3 = "terraform {\n  backend \"s3\" {}\n}\n";

Result<Backend> chosen(ports::SourceTree files, Policy policy = Policy::Auto, Tool tool = Tool::Tofu) {
  executors::Inputs in = inputs_with(std::move(files));
  in.spec.terraform->backend = policy;
  return backend_of(in, tool);
}
std::string refusal(ports::SourceTree files, Policy policy = Policy::Auto) {
  const auto backend = chosen(std::move(files), policy);
  return backend ? "" : backend.error().message;
}

TEST(TerraformBackend, AModuleWithoutOneGetsASecretInTheNamespace) {
  EXPECT_EQ(chosen({{"main.tf", {.bytes = kBare}}}).value(), (Backend{true, "kubernetes"}));
  const process::CommandFile file = backend_file(inputs_of(1));
  EXPECT_EQ(file.path, "src/deployctl_backend_override.tf.json");
  EXPECT_EQ(
      file.bytes,
      R"({"terraform":{"backend":{"kubernetes":{"config_path":"~/../kubeconfig","labels":{"deployctl.io/installation":"cluster-1",)"
      R"("deployctl.io/name":"web"},"namespace":"shop","secret_suffix":"web-deployctl"}}}})");
}

TEST(TerraformBackend, TheModulesOwnOneIsKept) {
  EXPECT_EQ(chosen({{"main.tf", {.bytes = kBare}}, {"state.tf", {.bytes = kS3}}}).value(), (Backend{false, "s3"}));
  EXPECT_EQ(chosen({{"main.tf", {.bytes = kS3}}}, Policy::Module).value(), (Backend{false, "s3"}));
}

TEST(TerraformBackend, OnlyFilesOfTheModuleItselfCount) {
  EXPECT_TRUE(
      chosen({{"main.tf", {.bytes = kBare}}, {"sub/main.tf", {.bytes = kS3}}, {"x.txt", {.bytes = kS3}}})->ours);
}

TEST(TerraformBackend, TofuReadsItsOwnFilesInPlaceOfThoseOfTheSameName) {
  const ports::SourceTree files = {{"main.tf", {.bytes = kS3}}, {"main.tofu", {.bytes = kBare}}};
  EXPECT_TRUE(chosen(files, Policy::Auto, Tool::Tofu)->ours);
  EXPECT_EQ(chosen(files, Policy::Auto, Tool::Terraform)->type, "s3");
}

TEST(TerraformBackend, WhatWouldLoseTheStateIsRefused) {
  EXPECT_THAT(refusal({{"main.tf", {.bytes = "terraform {\n  backend \"local\" {}\n}\n"}}}),
              HasSubstr("main.tf:2: backend \"local\" keeps the state in a directory that does not last"));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = "terraform {\n  backend \"s3\" {}\n}\n"}},
                       {"backend_override.tf", {.bytes = "terraform {\n  backend \"local\" {}\n}\n"}}}),
              HasSubstr("backend_override.tf:2: backend \"local\""));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = kBare}}, {"terraform.tfstate", {.bytes = "{}"}}}),
              HasSubstr("terraform.tfstate: a state file lies beside the module"));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = kS3}}}, Policy::Kubernetes),
              HasSubstr("spec.terraform.backend: Kubernetes, but main.tf:2 declares backend \"s3\""));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = kBare}}}, Policy::Module), HasSubstr("the module declares no backend"));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = kBare}}, {"deployctl_backend_override.tf", {.bytes = ""}}}),
              HasSubstr("this name is kept for the controller"));
}

TEST(TerraformBackend, OneInTheClusterKeepsItsStateInTheNamespaceOfTheObject) {
  const auto kubernetes = [](const std::string& line) {
    return inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {\n" + line + "\n  }\n}\n"}}});
  };
  EXPECT_TRUE(backend_of(kubernetes("    namespace = \"shop\""), Tool::Tofu));
  EXPECT_TRUE(backend_of(kubernetes("    secret_suffix = \"x\""), Tool::Tofu));
  executors::Inputs other = kubernetes("    namespace = \"kube-system\"");
  const Error refused = backend_of(other, Tool::Tofu).error();
  EXPECT_EQ(refused.kind, ErrorKind::AccessDenied);
  EXPECT_EQ(refused.message,
            "main.tf:2: the state would be kept in namespace \"kube-system\", not in \"shop\" of this object: remove "
            "it, or let the controller run with --allow-cluster-scope");
  other.allow_cluster_scope = true;
  EXPECT_TRUE(backend_of(other, Tool::Tofu));
  EXPECT_THAT(backend_of(kubernetes("    namespace = var.where"), Tool::Tofu).error().message,
              HasSubstr("in a namespace that is no plain text"));
}

TEST(TerraformBackend, NoOtherWayLeadsToAnotherNamespace) {
  const auto module = [] {
    return inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {}\n}"}}});
  };
  executors::Inputs by_environment = module();
  by_environment.env = {{"KUBE_NAMESPACE", "kube-system"}};
  EXPECT_THAT(backend_of(by_environment, Tool::Tofu).error().message, HasSubstr("spec.env KUBE_NAMESPACE: the state"));
  executors::Inputs by_secret = module();
  by_secret.backend_config = {{"namespace", "kube-system"}};
  EXPECT_THAT(backend_of(by_secret, Tool::Tofu).error().message, HasSubstr("spec.terraform.backendConfigSecretRef"));
  executors::Inputs by_override = inputs_with(
      {{"a_override.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {\n    namespace = \"x\"\n  }\n}"}},
       {"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {\n    namespace = \"shop\"\n  }\n}"}}});
  EXPECT_THAT(backend_of(by_override, Tool::Tofu).error().message, HasSubstr("a_override.tf:2"));
}

TEST(TerraformBackend, AVariableThatWouldLeadTheStateElsewhereIsRefused) {  // fault S3
  for (const char* name : {"KUBE_HOST", "KUBE_TOKEN", "KUBE_CTX", "KUBE_IN_CLUSTER_CONFIG", "KUBE_PROXY_URL"}) {
    executors::Inputs in = inputs_of(1);
    in.env = {{name, "x"}};
    const Result<Backend> refused = backend_of(in, Tool::Tofu);
    ASSERT_FALSE(refused) << name;
    EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(refused.error().message, HasSubstr("spec.env " + std::string(name) + ": the state is kept in the"));
    in = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {}\n}\n"}}});
    in.env = {{name, "x"}};
    EXPECT_FALSE(backend_of(in, Tool::Tofu)) << name;
  }
}

TEST(TerraformBackend, VariablesForProvidersAreLeftAloneWhereTheyMoveNothing) {
  executors::Inputs in = inputs_of(1);
  in.env = {{"KUBE_CONFIG_PATH", "x"}, {"KUBE_CONFIG_PATHS", "x:y"}, {"KUBE_NAMESPACE", "y"}};
  EXPECT_TRUE(backend_of(in, Tool::Tofu));
  in = inputs_with({{"main.tf", {.bytes = kS3}}});
  in.env = {{"KUBE_HOST", "x"}};
  EXPECT_TRUE(backend_of(in, Tool::Tofu));
  const std::string own = "terraform {\n  backend \"kubernetes\" {\n    config_path = \"k\"\n  }\n}\n";
  in = inputs_with({{"main.tf", {.bytes = own}}});
  in.env = {{"KUBE_HOST", "x"}};
  EXPECT_TRUE(backend_of(in, Tool::Tofu)) << "all of that backend is the module's own affair";
  in = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {}\n}\n"}}});
  in.env = {{"KUBE_HOST", "x"}};
  in.backend_config = {{"config_path", "k"}};
  EXPECT_TRUE(backend_of(in, Tool::Tofu));
}

TEST(TerraformBackend, ASourceWithoutAModuleSaysWhereToLook) {
  EXPECT_THAT(refusal({}), HasSubstr("needs a module"));
  EXPECT_THAT(refusal({{"infra/main.tf", {.bytes = kBare}}}), HasSubstr("set spec.path"));
  EXPECT_THAT(refusal({{"main.tf", {.bytes = "terraform {"}}}), HasSubstr("main.tf:1: cannot be read"));
}

TEST(TerraformBackend, BackendValuesNeedABackendOfTheModule) {
  executors::Inputs in = inputs_of(1);
  in.backend_config = {{"bucket", "b"}};
  EXPECT_THAT(backend_of(in, Tool::Tofu).error().message, HasSubstr("spec.terraform.backendConfigSecretRef"));
}

TEST(TerraformBackend, NamesOfStatesNeverMeetAndNeverEndInANumber) {
  EXPECT_EQ(state_suffix({"shop", "web-1"}), "web-1-deployctl");
  const std::string long_one = state_suffix({"shop", std::string(200, 'a')});
  EXPECT_LE(long_one.size(), 63U);
  EXPECT_THAT(long_one, EndsWith("-deployctl"));
  EXPECT_NE(long_one, state_suffix({"shop", std::string(201, 'a')}));
  EXPECT_NE(state_suffix({"shop", "a.b"}), state_suffix({"shop", "ab"}));
}

}  // namespace
}  // namespace deployctl::terraform
