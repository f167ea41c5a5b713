#include <gmock/gmock.h>

#include <algorithm>

#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using support::complaint;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;
using Resources = support::FakeTofu::Resources;
using ForceUnlock = api::Terraform::ForceUnlock;

const Resources kRelease1 = {{"terraform_data.only_1", "x"}, {"terraform_data.page", "1"}};
const Resources kRelease2 = {{"terraform_data.only_2", "x"}, {"terraform_data.page", "2"}};

bool has_file(const executors::Step& step, const std::string& path) {
  const auto& files = std::get<process::Command>(step.work).files;
  return std::ranges::any_of(files, [&](const process::CommandFile& file) { return file.path == path; });
}

/// An attempt on host vm that began before the fake's lock was taken.
executors::DeadAttempt dead_attempt() {
  executors::DeadAttempt dead;
  dead.journal.holder.node = "vm";
  dead.journal.started_at = *parse_rfc3339("2026-11-26T00:32:00Z");
  return dead;
}

TEST(TerraformDeploy, PlansToAFileAndAppliesThatFile) {
  Cloud cloud;
  const Ran ran = cloud.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("init", "plan", "show", "apply", "output"));
  EXPECT_EQ(cloud.resources, kRelease1);
  EXPECT_THAT(ran.argv("plan"), Contains("-out=/op/plan.tfplan"));
  EXPECT_THAT(ran.argv("apply").back(), "/op/plan.tfplan");
  const auto& done = std::get<executors::Done>(ran.end);
  EXPECT_EQ(done.message, "2 added, 0 changed, 0 destroyed");
  EXPECT_THAT(done.outputs.value(), ElementsAre(executors::Output{"page", "x", false}));
}

TEST(TerraformDeploy, OnlyApplyIsAnEffectAndItMustNotRunTwice) {
  Cloud cloud;
  for (const executors::Step& step : cloud.deploy(inputs_of(1)).steps)
    EXPECT_EQ(step.effect, step.name == "apply" ? executors::Effect::Once : executors::Effect::None) << step.name;
}

TEST(TerraformDeploy, NothingIsEverAsked) {  // fault T10
  Cloud cloud;
  const Ran ran = cloud.deploy(inputs_of(1));
  for (const char* step : {"init", "plan", "apply"}) EXPECT_THAT(ran.argv(step), Contains("-input=false")) << step;
  cloud.plan_complaint = complaint("No value for required variable", "\"greeting\" is not set", "main.tf", 1);
  const Ran failed = cloud.deploy(inputs_of(2, 1));
  EXPECT_EQ(failed.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(failed.error().message, HasSubstr("set it in spec.variables"));
  EXPECT_EQ(cloud.resources, kRelease1);
}

TEST(TerraformDeploy, VariablesAndTheKubeconfigTravelInPrivateFiles) {  // fault X1
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.spec.terraform->var_files = {"prod.tfvars"};
  const Ran ran = cloud.deploy(in);
  EXPECT_THAT(ran.argv("plan"), Contains("-var-file=prod.tfvars"));
  EXPECT_EQ(ran.argv("plan").back(), "-var-file=/op/variables.tfvars.json");
  for (const executors::Step& step : ran.steps) {
    EXPECT_TRUE(has_file(step, "kubeconfig")) << step.name;
    for (const auto& file : std::get<process::Command>(step.work).files) EXPECT_EQ(file.mode, 0600U);
  }
}

TEST(TerraformDeploy, TheEnvironmentIsOursWhereItMatters) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.spec.terraform->workspace = "blue";
  in.env = {{"AWS_REGION", "x"}, {"TF_DATA_DIR", "/elsewhere"}};
  const Ran ran = cloud.deploy(in);
  const auto env = std::get<process::Command>(ran.steps.front().work).env;
  EXPECT_EQ(env.at("AWS_REGION"), "x");
  EXPECT_THAT(env.at("TF_DATA_DIR"), StartsWith("/tool-caches/"));
  EXPECT_EQ(env.at("TF_WORKSPACE"), "blue");
}

TEST(TerraformDeploy, AKubeconfigOfTheUserIsForTheProvidersAndOursForTheBackend) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.env = {{"KUBE_CONFIG_PATH", "/theirs"}};
  for (const executors::Step& step : cloud.deploy(in).steps) {
    const auto& command = std::get<process::Command>(step.work);
    EXPECT_EQ(command.env.at("KUBE_CONFIG_PATH"), "/theirs") << step.name;
    const auto file =
        std::ranges::find(command.files, "src/deployctl_backend_override.tf.json", &process::CommandFile::path);
    ASSERT_NE(file, command.files.end()) << step.name;
    EXPECT_THAT(file->bytes, HasSubstr(R"("config_path":"~/../kubeconfig")")) << step.name;
  }
}

TEST(TerraformDeploy, PluginsAreTheObjectsOwn) {  // fault T7
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.env = {{"TF_PLUGIN_CACHE_DIR", "/shared"}};
  executors::Inputs other = in;
  other.key.name = "other";
  const auto env_of = [](const Ran& ran) { return std::get<process::Command>(ran.steps.front().work).env; };
  const auto first = env_of(cloud.deploy(in));
  EXPECT_NE(first.at("TF_DATA_DIR"), env_of(cloud.deploy(other)).at("TF_DATA_DIR"));
  EXPECT_FALSE(first.contains("TF_PLUGIN_CACHE_DIR"));
}

TEST(TerraformDeploy, AModulesOwnBackendInTheClusterActsInTheNamespaceOfTheObject) {
  Cloud cloud;
  executors::Inputs in = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {}\n}\n"}}});
  for (const executors::Step& step : cloud.deploy(in).steps) {
    const auto& env = std::get<process::Command>(step.work).env;
    EXPECT_EQ(env.at("KUBE_NAMESPACE"), "shop") << step.name;
    EXPECT_FALSE(env.contains("KUBE_CONFIG_PATH")) << step.name;
    EXPECT_TRUE(has_file(step, "kubeconfig")) << step.name;
  }
  const auto init = std::get<process::Command>(cloud.deploy(in).steps.front().work);
  EXPECT_THAT(init.argv, Contains("-backend-config=/op/backend-values.json"));
  const auto values = std::ranges::find(init.files, "backend-values.json", &process::CommandFile::path);
  ASSERT_NE(values, init.files.end());
  EXPECT_EQ(values->bytes, R"({"config_path":"~/../kubeconfig"})");
}

TEST(TerraformDeploy, ABackendInTheClusterThatNamesItsOwnWayGetsNoKubeconfig) {
  Cloud cloud;
  executors::Inputs in = inputs_with(
      {{"main.tf", {.bytes = "terraform {\n  backend \"kubernetes\" {\n    host = \"https://x\"\n  }\n}\n"}}});
  in.env = {{"KUBE_TOKEN", "theirs"}};
  const Ran ran = cloud.deploy(in);
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.argv("init"), Not(Contains(StartsWith("-backend-config="))));
  for (const executors::Step& step : ran.steps) EXPECT_FALSE(has_file(step, "kubeconfig")) << step.name;
}

TEST(TerraformDeploy, AModuleWithItsOwnBackendGetsNeitherOursNorTheKubeconfig) {
  Cloud cloud;
  executors::Inputs in = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"s3\" {}\n}\n"}}});
  in.backend_config = {{"secret_key", "canary"}};
  const Ran ran = cloud.deploy(in);
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.argv("init"), Contains("-backend-config=/op/backend-values.json"));
  for (const executors::Step& step : ran.steps) {
    EXPECT_FALSE(has_file(step, "kubeconfig"));
    EXPECT_FALSE(has_file(step, "src/deployctl_backend_override.tf.json"));
    EXPECT_FALSE(std::get<process::Command>(step.work).env.contains("KUBE_CONFIG_PATH"));
  }
}

TEST(TerraformDeploy, WithoutChangesNothingIsApplied) {  // fault T6
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  const Ran ran = cloud.deploy(inputs_of(1, 1));
  EXPECT_TRUE(ran.is_done());
  EXPECT_THAT(ran.names(), ElementsAre("plan"));
}

TEST(TerraformDeploy, TerraformIsTakenWhereThereIsNoTofu) {
  Cloud cloud;
  cloud.program = "terraform";
  const Ran ran = cloud.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_EQ(ran.argv("apply").front(), "terraform");
  EXPECT_EQ(ran.remembered.pins.at("binary"), "terraform");
}

TEST(TerraformDeploy, ATwinThatTheSpecNamesIsNotReplaced) {  // fault P5
  Cloud cloud;
  cloud.program = "terraform";
  executors::Inputs in = inputs_of(1);
  in.spec.terraform->binary = "tofu";
  const Ran ran = cloud.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::ExecutorUnavailable);
  EXPECT_THAT(ran.error().message, HasSubstr("not found in /usr/bin"));
}

TEST(TerraformDeploy, AnApplyThatFailsHalfWayIsAFailureOfTheRelease) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.cannot_make = {"terraform_data.only_2"};
  const Ran ran = cloud.deploy(inputs_of(2, 1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_THAT(ran.error().message, HasSubstr("local-exec provisioner error"));
  EXPECT_THAT(ran.error().message, HasSubstr("terraform_data.only_2, main.tf:9"));
  EXPECT_EQ(ran.remembered.pins.at("creates").dump(), R"(["terraform_data.only_2"])");
}

TEST(TerraformDeploy, APlanThatDestroysTooMuchIsRefusedBeforeAnythingChanges) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(2, 1);
  in.spec.terraform->max_destroy = 0;
  const Ran ran = cloud.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(ran.error().message, HasSubstr("spec.terraform.maxDestroy: the plan would destroy 1, more than 0"));
  EXPECT_EQ(cloud.resources, kRelease1);
  in.spec.terraform->max_destroy = 1;
  EXPECT_TRUE(cloud.deploy(in).is_done());
}

TEST(TerraformDeploy, AStateThatIsMissingIsNotTakenForNothingExists) {  // fault T3
  Cloud cloud;
  const Ran ran = cloud.deploy(inputs_of(2, 1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_THAT(ran.error().message, HasSubstr("the state is missing although 1 resources were built"));
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformDeploy, ASignalIsSentOnceAndWaitedFor) {  // fault T4
  Cloud cloud;
  const Ran ran = cloud.deploy(inputs_of(1));
  const auto& command = std::get<process::Command>(ran.steps.at(3).work);
  EXPECT_EQ(command.stop.signal, SIGINT);
  EXPECT_GE(command.stop.grace, std::chrono::minutes(1));
  EXPECT_TRUE(command.stop.finishes);
}

TEST(TerraformDeploy, WhatWasCutShortIsSaidAsSuch) {  // fault T13
  for (const auto& [result, kind] : {std::pair{support::timed_out(), ErrorKind::StepTimedOut},
                                     std::pair{support::cancelled(), ErrorKind::Cancelled}}) {
    Cloud cloud;
    cloud.intercept = [&](const executors::Step& step) -> std::optional<executors::StepResult> {
      if (step.name != "apply") return std::nullopt;
      return executors::StepResult{.process = result, .http = {}};
    };
    EXPECT_EQ(cloud.deploy(inputs_of(1)).error().kind, kind);
  }
}

TEST(TerraformDeploy, APlanTooLargeToReadIsRefusedBeforeAnythingChanges) {
  Cloud cloud;
  cloud.intercept = [](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name != "show") return std::nullopt;
    executors::StepResult result{.process = support::exited(0, "{"), .http = {}};
    result.process.out_overflow = true;
    return result;
  };
  const Ran ran = cloud.deploy(inputs_of(1));
  EXPECT_THAT(ran.error().message, HasSubstr("larger than 64 MiB"));
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformApproval, WhereOneIsRequiredThePlanWaitsForAPerson) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.approval_required = true;
  const Ran asks = cloud.deploy(in);
  ASSERT_TRUE(asks.asked().has_value());
  EXPECT_EQ(asks.asked()->add, 2);
  EXPECT_EQ(asks.asked()->file, "plan.tfplan");
  EXPECT_THAT(asks.asked()->summary, StartsWith("2 to add (terraform_data.only_1, terraform_data.page)"));
  EXPECT_TRUE(cloud.resources.empty());
  in.approved = executors::Inputs::Approved{.digest = asks.asked()->digest, .plan_file = ""};
  EXPECT_TRUE(cloud.deploy(in).is_done());
  EXPECT_EQ(cloud.resources, kRelease1);
}

TEST(TerraformApproval, TheKeptPlanIsAppliedWithoutANewOne) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.approval_required = true;
  in.approved = executors::Inputs::Approved{.digest = cloud.deploy(in).asked()->digest, .plan_file = "bytes"};
  const Ran ran = cloud.deploy(in);
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("init", "show", "apply", "output"));
  EXPECT_TRUE(has_file(ran.steps.at(1), "plan.tfplan"));
}

TEST(TerraformApproval, AStalePlanIsMadeAgainAndAppliedOnlyIfItWouldDoTheSame) {  // fault T9
  for (const bool same : {true, false}) {
    Cloud cloud;
    executors::Inputs in = inputs_of(1);
    in.approval_required = true;
    in.approved = executors::Inputs::Approved{.digest = cloud.deploy(in).asked()->digest, .plan_file = "bytes"};
    ++cloud.serial;  // somebody else has written the state since
    if (!same)
      cloud.intercept = [&](const executors::Step& step) -> std::optional<executors::StepResult> {
        if (step.name == "plan") cloud.resources["terraform_data.other"] = "x";
        return std::nullopt;
      };
    const Ran ran = cloud.deploy(in);
    EXPECT_EQ(ran.is_done(), same);
    EXPECT_EQ(ran.asked().has_value(), !same);
    EXPECT_EQ(cloud.resources.contains("terraform_data.page"), same);
  }
}

TEST(TerraformApproval, AnotherPlanThanTheApprovedOneAsksAgain) {  // fault T9
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.approval_required = true;
  in.approved = executors::Inputs::Approved{.digest = std::string(64, '0'), .plan_file = ""};
  EXPECT_TRUE(cloud.deploy(in).asked().has_value());
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformApproval, NoChangeNeedsNobody) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(1, 1);
  in.approval_required = true;
  EXPECT_TRUE(cloud.deploy(in).is_done());
}

TEST(TerraformApproval, AfterACrashTheRestIsPlannedAnew) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.approval_required = true;
  in.approved = executors::Inputs::Approved{.digest = cloud.deploy(in).asked()->digest, .plan_file = "bytes"};
  in.dead_attempt = dead_attempt();
  EXPECT_THAT(cloud.deploy(in).names(), Contains("plan"));
}

TEST(TerraformRollback, UpdatesAndRemovesWhatTheFailedReleaseCreated) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  executors::Inputs bad = inputs_of(2, 1);
  cloud.module = [](const Json& variables) {
    const bool second = variables.value("RELEASE", "1") == "2";
    Resources wanted = {{"terraform_data.only_1", "x"}, {"terraform_data.page", second ? "2" : "1"}};
    if (second) wanted["terraform_data.zz"] = "new";
    return wanted;
  };
  cloud.cannot_make = {"terraform_data.zz"};
  const Ran failed = cloud.deploy(bad);
  EXPECT_EQ(failed.error().kind, ErrorKind::StepFailed);
  executors::Inputs back = rollback_to(1, {"terraform_data.zz"});
  back.spec.terraform->max_destroy = 0;  // what the failed one created does not count
  back.abandoned_pins = failed.remembered.pins;
  const Ran ran = cloud.deploy(back);
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_EQ(cloud.resources, kRelease1);
}

TEST(TerraformRollback, AnythingElseWaitsForAPerson) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.deploy(inputs_of(2, 1));
  // only_1 has to be created again, only_2 was created by the failed one.
  const Ran ran = cloud.deploy(rollback_to(1, {"terraform_data.only_2"}));
  ASSERT_TRUE(ran.asked().has_value());
  EXPECT_EQ(ran.asked()->add, 1);
  EXPECT_EQ(cloud.resources, kRelease2);
}

TEST(TerraformRollback, WhatAReleaseCreatedThatSucceededIsNotDestroyedWithoutAPerson) {
  Cloud cloud;
  cloud.module = [](const Json& variables) {
    Resources wanted = {{"terraform_data.page", variables.value("RELEASE", "1")}};
    if (variables.value("RELEASE", "1") == "2") wanted["terraform_data.database"] = "x";
    return wanted;
  };
  cloud.deploy(inputs_of(1));
  cloud.deploy(inputs_of(2, 1));
  executors::Inputs back = rollback_to(1, {});
  back.abandoned_pins = Json::object();
  const Ran asks = cloud.deploy(back);
  ASSERT_TRUE(asks.asked().has_value());
  EXPECT_EQ(asks.asked()->destroy, 1);
  back.spec.terraform->max_destroy = 0;
  const Ran refused = cloud.deploy(back);
  EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(refused.error().message, HasSubstr("maxDestroy: the plan would destroy 1, more than 0"));
  EXPECT_THAT(refused.error().message, HasSubstr("the limit of revision 1"));
  EXPECT_TRUE(cloud.resources.contains("terraform_data.database"));
}

TEST(TerraformRollback, WhatIsNotUndoneYetIsRememberedForTheNextAttempt) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.resources["terraform_data.zz"] = "left";
  const Ran ran = cloud.deploy(rollback_to(1, {"terraform_data.zz"}));
  EXPECT_EQ(ran.remembered.pins.at("creates").dump(), R"(["terraform_data.zz"])");
}

TEST(TerraformLocks, SomebodyElsesIsToldAndLeftAlone) {  // fault T1
  Cloud cloud;
  cloud.lock_id = "1af481a7";
  executors::Inputs in = inputs_of(1);
  in.spec.terraform->force_unlock = ForceUnlock::OwnDead;
  const Ran ran = cloud.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::StateLocked);
  EXPECT_THAT(ran.error().message, HasSubstr("held by root@vm since 2026-11-26"));
  EXPECT_TRUE(cloud.lock_id.has_value());
  in.dead_attempt = dead_attempt();
  cloud.lock_who = "somebody@else";
  EXPECT_EQ(cloud.deploy(in).error().kind, ErrorKind::StateLocked);
  EXPECT_TRUE(cloud.lock_id.has_value());
}

TEST(TerraformLocks, OneOfOurDeadAttemptIsReleasedOnlyWhereTheSpecSaysSo) {  // fault T2
  for (const ForceUnlock allowed : {ForceUnlock::Never, ForceUnlock::OwnDead}) {
    Cloud cloud;
    cloud.lock_id = "1af481a7";
    executors::Inputs in = inputs_of(1);
    in.dead_attempt = dead_attempt();
    in.spec.terraform->force_unlock = allowed;
    const Ran ran = cloud.deploy(in);
    EXPECT_EQ(ran.is_done(), allowed == ForceUnlock::OwnDead) << ran.error().message;
    if (ran.is_done()) {
      EXPECT_THAT(ran.names(),
                  ElementsAre("init", "kept-state", "kept-state", "plan", "unlock", "plan", "show", "apply", "output"));
      EXPECT_THAT(ran.argv("unlock"), ElementsAre("tofu", "force-unlock", "-force", "1af481a7"));
    } else {
      EXPECT_THAT(ran.error().message, HasSubstr("tofu force-unlock -force 1af481a7"));
    }
  }
}

TEST(TerraformDeploy, OutputsThatCannotBeReadAreNoFailureOfTheRelease) {
  Cloud cloud;
  cloud.intercept = [&](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name != "output") return std::nullopt;
    return executors::StepResult{
        .process =
            support::exited(1, "", "Error: Failed to read the state\n\ndial tcp 10.0.0.1:443: connection refused\n"),
        .http = {}};
  };
  const Ran ran = cloud.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::Transient) << "of the surroundings: tried again, never rolled back";
  EXPECT_THAT(ran.error().message, HasSubstr("read the outputs"));
  EXPECT_EQ(cloud.resources, kRelease1);
}

TEST(TerraformLocks, OneTakenBetweenPlanAndApplyIsNoFailureOfTheRelease) {
  Cloud cloud;
  cloud.intercept = [&](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name == "apply") cloud.lock_id = "1af481a7";
    return std::nullopt;
  };
  EXPECT_EQ(cloud.deploy(inputs_of(1)).error().kind, ErrorKind::StateLocked);
}

TEST(TerraformLocks, TheWaitForOneIsAsTheSpecSays) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.spec.terraform->lock_timeout = std::chrono::seconds(30);
  in.spec.terraform->parallelism = 3;
  const Ran ran = cloud.deploy(in);
  for (const char* step : {"plan", "apply"}) {
    EXPECT_THAT(ran.argv(step), Contains("-lock-timeout=30s"));
    EXPECT_THAT(ran.argv(step), Contains("-parallelism=3"));
  }
}

TEST(TerraformVerify, AnEmptyPlanIsGoodAndTakesNoLock) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.lock_id = "1af481a7";
  const Ran ran = cloud.verify(inputs_of(1));
  EXPECT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("look"));
}

TEST(TerraformVerify, WhatIsStillToChangeIsNamed) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.resources["terraform_data.page"] = "by hand";
  const Ran ran = cloud.verify(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::HealthCheckFailed);
  EXPECT_EQ(ran.error().message, "the plan is not empty afterwards: terraform_data.page (update)");
  EXPECT_THAT(cloud.verify(inputs_of(1), true).error().message, StartsWith("differs from what is declared: "));
}

TEST(TerraformVerify, AtRestTheDirectoryIsMadeReadyAndOnlyDriftAsksTheProviders) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.initialised = false;
  executors::Inputs in = inputs_of(1);
  in.at_rest = true;
  const Ran state = cloud.verify(in);
  EXPECT_THAT(state.names(), ElementsAre("look", "init", "look"));
  EXPECT_THAT(state.argv("look"), Contains("-refresh=false"));
  const Ran drift = cloud.verify(in, true);
  EXPECT_THAT(drift.names(), ElementsAre("look"));
  EXPECT_THAT(drift.argv("look"), Not(Contains("-refresh=false")));
  cloud.initialised = false;
  EXPECT_THAT(cloud.verify(in, true).names(), ElementsAre("look", "init", "look"));
}

TEST(TerraformDestroy, EverythingGoesByAPlan) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  const Ran ran = cloud.destroy(inputs_of(1, 1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(),
              ElementsAre("init", "kept-state", "kept-state", "plan", "show", "destroy", "own-lease", "forget"));
  EXPECT_THAT(ran.argv("plan"), Contains("-destroy"));
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformDestroy, TheEmptyStateIsRemovedAndItsLockGoesWithTheObject) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  const Ran ran = cloud.destroy(inputs_of(1, 1));
  EXPECT_THAT(ran.argv("own-lease"),
              ElementsAre("kubectl", "--namespace=shop", "patch", "leases.coordination.k8s.io",
                          "lock-tfstate-default-web-deployctl", "--type=merge",
                          R"(--patch={"metadata":{"ownerReferences":[{"apiVersion":"deployctl.io/v1alpha1",)"
                          R"("kind":"Deployment","name":"web","uid":"uid-1"}]}})"));
  EXPECT_THAT(ran.argv("forget"),
              ElementsAre("kubectl", "--namespace=shop", "delete", "secrets",
                          "--selector=tfstate=true,tfstateSecretSuffix=web-deployctl,tfstateWorkspace=default",
                          "--ignore-not-found", "--wait=false"));
  EXPECT_TRUE(has_file(ran.steps.back(), "kubeconfig"));
  EXPECT_EQ(cloud.serial, 0);
}

TEST(TerraformDestroy, AStateThatIsNotOursOrMayBeNeededAgainStays) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  EXPECT_THAT(cloud.destroy(inputs_of(1)).names(), Not(Contains("forget"))) << "it never served";
  executors::Inputs own_backend = inputs_of(1, 1);
  own_backend.files = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"s3\" {}\n}\n"}}}).files;
  EXPECT_THAT(cloud.destroy(own_backend).names(), Not(Contains("forget")));
}

TEST(TerraformDestroy, AStateThatCannotBeRemovedIsToldAndHoldsNothingUp) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.intercept = [](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name != "own-lease") return std::nullopt;
    return executors::StepResult{.process = support::could_not_start("program \"kubectl\" not found"), .http = {}};
  };
  const Ran ran = cloud.destroy(inputs_of(1, 1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(std::get<executors::Done>(ran.end).message, StartsWith("2 destroyed; its empty state stays: kubectl"));
  EXPECT_GT(cloud.serial, 0) << "without the mark the state is not removed";
}

TEST(TerraformDestroy, AStateThatWasRemovedByADestroyIsNotMissed) {  // fault T3
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.destroy(inputs_of(1, 1));
  const Ran again = cloud.destroy(inputs_of(1, 1));
  EXPECT_TRUE(again.is_done()) << again.error().message;
  EXPECT_THAT(again.names(),
              ElementsAre("init", "kept-state", "kept-state", "plan", "show", "state", "lease", "own-lease", "forget"));
  EXPECT_EQ(cloud.serial, 0);
  cloud.lease_owner = "uid-of-another";
  EXPECT_THAT(cloud.destroy(inputs_of(1, 1)).error().message, HasSubstr("the state is missing"));
}

TEST(TerraformDestroy, NeedsNobodyAndCountsNothing) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(1, 1);
  in.spec.terraform->auto_approve = false;
  in.spec.terraform->max_destroy = 0;
  EXPECT_TRUE(cloud.destroy(in).is_done());
}

// fault H3
TEST(TerraformDestroy, AReleaseThatNeverServedTakesNothingAlongThatTheStateHeldBefore) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(2);
  in.inventory = cloud.deploy(in).remembered.inventory;
  in.spare_adopted = true;
  const auto before = cloud.resources;
  const Ran ran = cloud.destroy(in);
  EXPECT_EQ(cloud.resources, before);
  EXPECT_EQ(std::get<executors::Done>(ran.end).caveat,
            "nothing was destroyed: the state held 1 resource before, the first is terraform_data.page");
}

// fault H3
TEST(TerraformDestroy, AReleaseThatNeverServedTakesAwayWhatItMade) {
  Cloud cloud;
  executors::Inputs in = inputs_of(1);
  in.inventory = cloud.deploy(in).remembered.inventory;
  in.spare_adopted = true;
  EXPECT_TRUE(cloud.destroy(in).is_done());
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformDestroy, AMissingStateIsAFailureAndNeverNothingToDo) {  // fault T3
  Cloud cloud;
  EXPECT_THAT(cloud.destroy(inputs_of(1, 1)).error().message, HasSubstr("the state is missing"));
  executors::Inputs never_served = inputs_of(1);
  never_served.inventory = inputs_of(1, 1).inventory;
  EXPECT_TRUE(cloud.destroy(never_served).is_done());
  never_served.pins = Json{{"stateSeen", true}};
  EXPECT_FALSE(cloud.destroy(never_served).is_done());
}

TEST(TerraformDestroy, WhatFailsToGoIsTold) {  // fault T14
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.intercept = [](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name != "destroy") return std::nullopt;
    return executors::StepResult{
        .process = support::exited(1, complaint("bucket is not empty", "", "main.tf", 3, "aws_b.x")), .http = {}};
  };
  const Ran ran = cloud.destroy(inputs_of(1, 1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_EQ(ran.error().message, "destroy: bucket is not empty (aws_b.x, main.tf:3)");
}

TEST(TerraformDestroy, InATerminatingNamespaceNoLockIsMade) {
  Cloud cloud;
  cloud.deploy(inputs_of(1));
  cloud.terminating = true;
  const Ran ran = cloud.destroy(inputs_of(1, 1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.argv("destroy"), Contains("-lock=false"));
  EXPECT_TRUE(cloud.resources.empty());
}

TEST(TerraformValidate, NeedsASourceAndItsBlock) {
  const TerraformExecutor executor;
  api::DeploymentSpec spec = inputs_of(1).spec;
  EXPECT_TRUE(executor.validate(spec));
  spec.terraform->backend = api::Terraform::Backend::Kubernetes;
  spec.terraform->backend_config_secret_ref = api::NameRef{"b"};
  EXPECT_THAT(executor.validate(spec).error().message, HasSubstr("backendConfigSecretRef"));
  spec.source.reset();
  EXPECT_THAT(executor.validate(spec).error().message, HasSubstr("spec.source"));
}

TEST(TerraformTarget, IsNamespaceBackendAndWorkspace) {
  api::DeploymentSpec spec = inputs_of(1).spec;
  EXPECT_EQ(TerraformExecutor().target({"shop", "web"}, spec, "c"),
            (api::Target{.ns = "shop", .workspace = "Auto/default"}));
  spec.terraform->workspace = "blue";
  EXPECT_EQ(TerraformExecutor().target({"shop", "web"}, spec, "c").workspace, "Auto/blue");
}

}  // namespace
}  // namespace deployctl::terraform
