#include <gmock/gmock.h>

#include "terraform/diagnostics.hpp"
#include "terraform/lock.hpp"
#include "terraform/outputs.hpp"
#include "terraform/plan.hpp"
#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using support::complaint;
using support::exited;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

executors::StepResult failed(std::string out, std::string err = {}) {
  return {.process = exited(1, std::move(out), std::move(err)), .http = {}};
}

/// As tofu 1.12.6 prints it.
constexpr auto kLocked =
    R"({"@level":"error","@message":"Error: Error acquiring the state lock","@module":"tofu.ui","diagnostic":{"severity":"error",)"
    R"("summary":"Error acquiring the state lock","detail":"Error message: the state is already locked by another tofu client\nLock Info:\n  )"
    R"(ID:        1af481a7-9a6f-e965-9857-23d2331b96b2\n  Path:      \n  Operation: OperationTypeApply\n  Who:       root@vm\n  Version:   1.12.6\n  )"
    R"(Created:   2026-11-26 00:32:31.901116457 +0000 UTC\n  Info:      \n\n\nOpenTofu acquires a state lock"},"type":"diagnostic"})"
    "\n";

constexpr auto kPlan =
    R"({"format_version":"1.2","resource_changes":[{"address":"terraform_data.a","mode":"managed","change":{"actions":["update"],)"
    R"("before":{"input":"hi"},"after":{"input":"hi2"}}},{"address":"terraform_data.b","mode":"managed","change":{"actions":["delete","create"]},)"
    R"("action_reason":"replace_because_tainted"},{"address":"data.x.y","mode":"data","change":{"actions":["read"]}},)"
    R"({"address":"terraform_data.c","mode":"managed","change":{"actions":["no-op"]}},)"
    R"({"address":"terraform_data.d","mode":"managed","change":{"actions":["create"]}},)"
    R"({"address":"terraform_data.e","mode":"managed","change":{"actions":["delete"]}}],)"
    R"("output_changes":{"page":{"actions":["update"]},"pw":{"actions":["no-op"]}}})";

TEST(TerraformErrors, TheFirstErrorIsToldWithItsPlaceAndHowManyFollow) {
  const Error error =
      error_of("init",
               failed(complaint("Unclosed configuration block", "There is no closing brace.", "bad.tf", 3) +
                      complaint("Missing name for resource", "", "bad.tf", 1)),
               Stage::Before);
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_EQ(error.message,
            "init: Unclosed configuration block: There is no closing brace. (bad.tf:3); and 1 more error");
}

TEST(TerraformErrors, WarningsAndLinesThatAreNoJsonAreLeftOut) {
  EXPECT_THAT(read_errors(exited(
                  1, "junk\n{\"diagnostic\": {\n{\"diagnostic\":{\"severity\":\"warning\",\"summary\":\"w\"}}\n")),
              IsEmpty());
}

TEST(TerraformErrors, TheTextFormIsReadWhereThereIsNoJson) {
  const auto errors =
      read_errors(exited(1, "", "\nError: No such thing\n\n  on main.tf line 2:\nwhy not\n\nError: second\n"));
  ASSERT_EQ(errors.size(), 2U);
  EXPECT_EQ(errors[0].summary, "No such thing");
  EXPECT_THAT(errors[0].detail, HasSubstr("why not"));
}

TEST(TerraformErrors, TheKindSaysWhatHappensNext) {
  struct Row {
    std::string summary, detail, file;
    ErrorKind kind;
  };
  for (const Row& row : std::vector<Row>{
           // fault T10
           {"No value for required variable", "The root module input variable \"greeting\" is not set", "main.tf",
            ErrorKind::Invalid},
           // fault T8
           {"Failed to query available provider packages",
            "could not connect to registry.opentofu.org: connection refused", "", ErrorKind::SourceFailed},
           {"Failed to install provider",
            "the current package for registry.opentofu.org/x/y doesn't match any of the checksums previously recorded",
            "", ErrorKind::SourceFailed},
           {"Failed to query available provider packages", "registry.opentofu.org does not have a provider named x/y",
            "", ErrorKind::Invalid},
           {"Error refreshing state",
            "state snapshot was created by OpenTofu v9.0.0, which is newer than current v1.12.6", "",
            ErrorKind::ExecutorUnavailable},
           {"Error refreshing state",
            "Unsupported state file format: The state file uses format version 5, which is not supported by OpenTofu",
            "", ErrorKind::ExecutorUnavailable},
           {"Error loading state", "secrets is forbidden: User \"x\" cannot list resource", "",
            ErrorKind::AccessDenied},
           {"Failed to get existing workspaces", "dial tcp 127.0.0.1:1: connect: connection refused", "",
            ErrorKind::Transient},
           {"creating bucket", "the cloud says no", "", ErrorKind::StepFailed}}) {
    EXPECT_EQ(error_of("plan", failed(complaint(row.summary, row.detail, row.file, 1)), Stage::Before).kind, row.kind)
        << row.detail;
  }
}

TEST(TerraformErrors, WhatAProviderSaysOfAResourceIsNoMistakeInTheModule) {
  const auto result = failed(complaint("no quota", "", "main.tf", 7, "aws_x.y"));
  EXPECT_EQ(error_of("plan", result, Stage::Before).kind, ErrorKind::StepFailed);
  EXPECT_THAT(error_of("plan", result, Stage::Before).message, HasSubstr("(aws_x.y, main.tf:7)"));
}

TEST(TerraformErrors, AfterTheFirstChangeEveryFailureIsTheReleases) {
  EXPECT_EQ(
      error_of("apply", failed(complaint("No value for required variable", "", "main.tf", 1)), Stage::During).kind,
      ErrorKind::StepFailed);
}

TEST(TerraformErrors, WithoutWordsTheExitCodeIsTold) {
  EXPECT_THAT(error_of("plan", failed(""), Stage::Before).message, HasSubstr("exit code 1"));
  EXPECT_EQ(error_of("plan", {.process = support::timed_out(), .http = {}}, Stage::Before).kind,
            ErrorKind::StepTimedOut);
}

TEST(TerraformLock, IsReadFromTheComplaint) {  // fault T1
  const auto lock = read_lock(failed(kLocked));
  ASSERT_TRUE(lock.has_value());
  EXPECT_EQ(lock->id, "1af481a7-9a6f-e965-9857-23d2331b96b2");
  EXPECT_EQ(lock->who, "root@vm");
  EXPECT_EQ(lock->operation, "OperationTypeApply");
  EXPECT_EQ(lock->created_at, parse_rfc3339("2026-11-26T00:32:31Z"));
  EXPECT_FALSE(read_lock(failed(complaint("Saved plan is stale"))));
  EXPECT_FALSE(read_lock(failed(complaint("Error acquiring the state lock", "Lock Info:\n  ID:        -force x\n"))));
}

TEST(TerraformLock, TheMessageHasIdHolderTimeAndTheCommandThatEndsIt) {
  const Error error = locked_error(*read_lock(failed(kLocked)), inputs_of(1), Tool::Tofu, {true, "kubernetes"});
  EXPECT_EQ(error.kind, ErrorKind::StateLocked);
  EXPECT_EQ(
      error.message,
      "the state is locked: lock 1af481a7-9a6f-e965-9857-23d2331b96b2, held by root@vm since 2026-11-26 "
      "00:32:31.901116457 +0000 UTC (OperationTypeApply); when nothing runs there any more: tofu force-unlock -force "
      "1af481a7-9a6f-e965-9857-23d2331b96b2, or kubectl --namespace=shop delete lease "
      "lock-tfstate-default-web-deployctl");
}

TEST(TerraformLock, IsOursOnlyWhenItWasTakenSinceTheDeadAttemptBeganOnItsHost) {  // fault T2
  const LockInfo lock = *read_lock(failed(kLocked));
  executors::Inputs in = inputs_of(1);
  EXPECT_FALSE(is_of_dead_attempt(lock, in));
  in.dead_attempt.emplace();
  in.dead_attempt->journal.holder.node = "vm";
  in.dead_attempt->journal.started_at = *parse_rfc3339("2026-11-26T00:32:31Z") + std::chrono::milliseconds(950);
  EXPECT_TRUE(is_of_dead_attempt(lock, in));
  in.dead_attempt->by = *parse_rfc3339("2026-11-26T00:32:30Z");
  EXPECT_FALSE(is_of_dead_attempt(lock, in)) << "taken when the attempt was known to be dead";
  in.dead_attempt->by = WallTime::max();
  in.dead_attempt->journal.holder.pod_uid = "u";
  in.dead_attempt->journal.holder.identity = "deployctl-system/vm_01JDKX";
  EXPECT_TRUE(is_of_dead_attempt(lock, in)) << "a Pod calls itself by its name";
  in.dead_attempt->journal.holder.identity = "deployctl-system/vm2_01JDKX";
  EXPECT_FALSE(is_of_dead_attempt(lock, in));
  in.dead_attempt->journal.holder.pod_uid.clear();
  in.dead_attempt->journal.holder.node = "another";
  EXPECT_FALSE(is_of_dead_attempt(lock, in));
  in.dead_attempt->journal.holder.node = "vm";
  in.dead_attempt->journal.started_at = *parse_rfc3339("2026-11-26T00:32:32Z");
  EXPECT_FALSE(is_of_dead_attempt(lock, in));
}

TEST(TerraformLock, OfAnotherUserOrForAnotherPurposeIsNotOurs) {  // fault T2
  executors::Inputs in = inputs_of(1);
  in.dead_attempt.emplace();
  in.dead_attempt->journal.holder.node = "vm";
  LockInfo lock = *read_lock(failed(kLocked));
  ASSERT_TRUE(is_of_dead_attempt(lock, in));
  for (const char* operation : {"", "state-mv", "OperationTypeRefresh", "import"}) {
    lock.operation = operation;
    EXPECT_FALSE(is_of_dead_attempt(lock, in)) << operation;
  }
  for (const char* operation : {"OperationTypePlan", "OperationTypeApply"}) {
    lock.operation = operation;
    EXPECT_TRUE(is_of_dead_attempt(lock, in)) << operation;
  }
  for (const char* who : {"ann@vm", "@vm", "vm", "root@vm@vm", ""}) {
    lock.who = who;
    EXPECT_FALSE(is_of_dead_attempt(lock, in)) << who;
  }
  lock.who = "@vm";
  in.user.clear();
  EXPECT_TRUE(is_of_dead_attempt(lock, in)) << "the tool names nobody where the system has no name";
}

TEST(TerraformPlan, CountsWhatItWouldDo) {
  const PlanReport plan = read_plan(kPlan, "d").value();
  EXPECT_EQ(plan.to_add(), 2);
  EXPECT_EQ(plan.count(Change::Action::Update), 1);
  EXPECT_EQ(plan.to_destroy(), 2);
  EXPECT_TRUE(plan.changes_anything());
  EXPECT_TRUE(plan.knows_resources());
  EXPECT_EQ(summary_of(plan),
            "2 to add (terraform_data.b, terraform_data.d), 1 to change (terraform_data.a), 2 to destroy "
            "(terraform_data.b, terraform_data.e); outputs change");
  EXPECT_THAT(summary_of(plan), Not(HasSubstr("hi2")));
}

TEST(TerraformPlan, InventoryIsWhatWouldBeThereAfterwards) {
  std::vector<std::string> names;
  for (const Json& line : inventory_of(read_plan(kPlan, "d").value(), Json::array())) names.push_back(line.at("name"));
  EXPECT_THAT(names, ElementsAre("terraform_data.a", "terraform_data.b", "terraform_data.c", "terraform_data.d"));
}

TEST(TerraformPlan, WhatTheStateKnewBeforeAnythingWasBuiltIsAdopted) {
  const PlanReport plan{.resources = {{Change::Action::Create, "a.new"}, {Change::Action::None, "a.old"}}};
  const Json first = inventory_of(plan, Json::array());
  EXPECT_EQ(first.dump(), R"([{"kind":"resource","name":"a.new"},{"adopted":true,"kind":"resource","name":"a.old"}])");
  const PlanReport again{.resources = {{Change::Action::None, "a.new"}, {Change::Action::None, "a.old"}}};
  EXPECT_EQ(inventory_of(again, first), first) << "once built by us, always ours";
  const PlanReport away{.resources = {{Change::Action::Delete, "a.new"}, {Change::Action::Delete, "a.old"}}};
  EXPECT_THAT(adopted_to_destroy(away, first), ElementsAre("a.old"));
}

TEST(TerraformPlan, DigestIsOfWhatWouldChangeNotOfTheFile) {
  const Json plan = Json::parse(kPlan);
  Json other = plan;
  other["timestamp"] = "2026-11-26T00:31:22Z";
  std::swap(other["resource_changes"][0], other["resource_changes"][3]);
  const std::string digest = read_plan(kPlan, "d")->digest;
  EXPECT_EQ(digest.size(), 64U);
  EXPECT_EQ(read_plan(other.dump(), "d")->digest, digest);
  EXPECT_NE(read_plan(kPlan, "e")->digest, digest);
  other["resource_changes"][0]["change"]["after"] = "x";
  EXPECT_NE(read_plan(other.dump(), "d")->digest, digest);
  other = plan;
  other["resource_drift"] = Json::array({Json{{"address", "a"}}});
  EXPECT_NE(read_plan(other.dump(), "d")->digest, digest);
}

TEST(TerraformPlan, ARollbackMayUpdateAndDestroyWhatTheFailedOperationCreated) {
  EXPECT_THAT(beyond_a_rollback(read_plan(kPlan, "d").value(), {"terraform_data.e"}),
              ElementsAre("terraform_data.b", "terraform_data.d"));
  EXPECT_THAT(beyond_a_rollback(read_plan(kPlan, "d").value(), {"terraform_data.b"}),
              ElementsAre("terraform_data.b", "terraform_data.d", "terraform_data.e"));
}

TEST(TerraformPlan, WhatCannotBeReadIsAFailureOfTheStep) {
  EXPECT_EQ(read_plan("{", "d").error().kind, ErrorKind::StepFailed);
  EXPECT_EQ(read_plan(R"({"resource_changes":[{"address":"a","mode":"managed","change":{"actions":["dance"]}}]})", "d")
                .error()
                .kind,
            ErrorKind::StepFailed);
  EXPECT_FALSE(read_plan("{}", "d")->changes_anything());
}

TEST(TerraformOutputs, TextsAreKeptAsTheyAreAndOtherValuesAsJson) {
  const auto outputs = read_outputs(
      R"({"list":{"sensitive":false,"type":["tuple",["number","string"]],"value":[1,"x"]},"pw":{"sensitive":true,"type":"string","value":"s3cret"}})");
  ASSERT_TRUE(outputs);
  EXPECT_THAT(*outputs,
              ElementsAre(executors::Output{"list", R"([1,"x"])", false}, executors::Output{"pw", "s3cret", true}));
  EXPECT_FALSE(read_outputs("[]"));
  EXPECT_FALSE(read_outputs(R"({"a":{}})"));
}

TEST(TerraformState, AnEmptyAnswerIsNoState) {
  EXPECT_EQ(read_state("\n")->serial, 0);
  EXPECT_EQ(read_state(R"({"serial":4,"resources":[]})")->serial, 4);
  EXPECT_TRUE(read_state(R"({"serial":4,"resources":[{}]})")->has_resources);
  EXPECT_FALSE(read_state("{}"));
}

TEST(TerraformLook, TellsWhatWouldChangeOnceEach) {
  const std::string line =
      R"({"type":"planned_change","change":{"resource":{"addr":"terraform_data.a"},"action":"update"}})"
      "\n";
  EXPECT_EQ(changes_told(line + line + "junk\n"), "terraform_data.a (update)");
}

}  // namespace
}  // namespace deployctl::terraform
