// What an operation of an object has initialised, the next ones use.

#include <gmock/gmock.h>

#include "base/text.hpp"
#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;

/// In a directory of its own.
executors::Inputs sharing(int release, std::int64_t previous = 0) {
  executors::Inputs in = inputs_of(release, previous);
  in.work_dir = "/work/op" + std::to_string(release);
  return in;
}

const std::string kShared = "/work/tool-caches/" + bounded_name("shop_web", 200) + "/data";

std::string data_dir(const executors::Step& step) {
  return std::get<process::Command>(step.work).env.at("TF_DATA_DIR");
}

TEST(TerraformInit, IsDoneOnceAndTheNextOperationBeginsWithItsPlan) {
  Cloud cloud;
  const Ran first = cloud.deploy(sharing(1));
  EXPECT_THAT(first.names(), ElementsAre("init", "plan", "show", "apply", "output"));
  EXPECT_THAT(first.cleared, ElementsAre(kShared));
  EXPECT_EQ(data_dir(first.steps.front()), kShared);
  const Ran second = cloud.deploy(sharing(2, 1));
  EXPECT_THAT(second.names(), ElementsAre("plan", "show", "apply", "output"));
  for (const executors::Step& step : second.steps) EXPECT_EQ(data_dir(step), kShared) << step.name;
}

TEST(TerraformInit, AnUnchangedModuleIsPlannedAndNothingElse) {
  Cloud cloud;
  cloud.deploy(sharing(1));
  const Ran ran = cloud.deploy(sharing(1, 1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("plan"));
  EXPECT_FALSE(std::get<executors::Done>(ran.end).outputs.has_value()) << "what was told before stays";
  EXPECT_EQ(ran.remembered.inventory, sharing(1, 1).inventory);
  EXPECT_EQ(ran.remembered.pins.at("stateSeen"), true);
  executors::Inputs then = sharing(1, 1);
  then.pins = ran.remembered.pins;
  EXPECT_TRUE(cloud.verify(then).names().empty()) << "that plan was the look";
  then.spec.health.stable_for = std::chrono::seconds(30);
  EXPECT_THAT(cloud.verify(then).names(), ElementsAre("look"));
  then = sharing(1);
  then.pins = ran.remembered.pins;
  then.at_rest = true;
  EXPECT_THAT(cloud.verify(then).names(), ElementsAre("look"));
}

TEST(TerraformInit, AnEmptyPlanIsReadWhereMoreThanThatIsAsked) {
  Cloud cloud;
  cloud.deploy(sharing(1));
  executors::Inputs forced = sharing(1, 1);
  forced.force_rebuild = true;
  EXPECT_THAT(cloud.deploy(forced).names(), ElementsAre("init", "kept-state", "kept-state", "plan", "show", "output"));
  executors::Inputs rollback = rollback_to(1, {});
  rollback.previous_revision = 2;
  EXPECT_THAT(cloud.deploy(rollback).names(),
              ElementsAre("init", "kept-state", "kept-state", "plan", "show", "output"));
  executors::Inputs resumed = sharing(1, 1);
  resumed.dead_attempt.emplace();
  EXPECT_THAT(cloud.deploy(resumed).names(), ElementsAre("init", "kept-state", "kept-state", "plan", "show", "output"));
}

TEST(TerraformInit, AStateThatIsLostIsMissedAlsoWhereThePlanIsEmpty) {  // fault T3
  Cloud cloud;
  cloud.deploy(sharing(1));
  cloud.resources.clear();
  cloud.serial = 1;
  cloud.module = [](const Json&) { return Cloud::Resources{}; };
  EXPECT_THAT(cloud.deploy(sharing(1, 1)).error().message, HasSubstr("the state is missing"));
}

TEST(TerraformInit, IsDoneAgainWhereWhatIsThereDoesNotFit) {
  Cloud cloud;
  cloud.deploy(sharing(1));
  cloud.initialised = false;  // another backend, another lock file, or somebody emptied it
  const Ran ran = cloud.deploy(sharing(2, 1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("plan", "init", "plan", "show", "apply", "output"));
  cloud.init_complaint = support::complaint("Failed to query available provider packages", "no registry");
  cloud.initialised = false;
  EXPECT_EQ(cloud.deploy(sharing(1, 1)).error().kind, ErrorKind::SourceFailed) << "what init says counts";
}

TEST(TerraformInit, ALockIsNoReasonForIt) {
  Cloud cloud;
  cloud.deploy(sharing(1));
  cloud.lock_id = "1af481a7";
  const Ran ran = cloud.deploy(sharing(2, 1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StateLocked);
  EXPECT_THAT(ran.names(), ElementsAre("plan"));
}

TEST(TerraformInit, IsNotSharedWhereSecretsWouldStayOrNobodyKnowsWhatIsThere) {
  executors::Inputs secret = inputs_with({{"main.tf", {.bytes = "terraform {\n  backend \"s3\" {}\n}\n"}}});
  secret.previous_revision = 1;
  secret.backend_config = {{"secret_key", "canary"}};
  executors::Inputs dead = sharing(1, 1);
  dead.dead_attempt.emplace();
  for (const executors::Inputs& in : {secret, dead}) {
    Cloud cloud;
    cloud.serial = 2;
    cloud.resources = {{"terraform_data.page", "1"}};
    const Ran ran = cloud.deploy(in);
    EXPECT_EQ(ran.names().front(), "init");
    EXPECT_TRUE(ran.cleared.empty());
    EXPECT_EQ(data_dir(ran.steps.front()), in.work_dir + "/data");
  }
}

TEST(TerraformInit, ALookReadsWhatIsSharedAndNeverWritesThere) {  // fault T7
  Cloud cloud;
  cloud.deploy(sharing(1));
  executors::Inputs in = sharing(1);
  in.at_rest = true;
  const Ran ran = cloud.verify(in);
  EXPECT_THAT(ran.names(), ElementsAre("look"));
  EXPECT_EQ(data_dir(ran.steps.front()), kShared);
  cloud.initialised = false;
  const Ran again = cloud.verify(in);
  EXPECT_TRUE(again.is_done()) << again.error().message;
  EXPECT_THAT(again.names(), ElementsAre("look", "init", "look"));
  EXPECT_EQ(data_dir(again.steps.at(1)), "/work/op1/data");
  EXPECT_EQ(data_dir(again.steps.at(2)), "/work/op1/data");
}

TEST(TerraformInit, InRestrictedModeTheModulesAreLookedThroughAllTheSame) {  // fault T12
  Cloud cloud;
  cloud.restricted = true;
  cloud.deploy(sharing(1));
  cloud.module_files["/op/src/main.tf"] = "data \"external\" \"x\" {}\n";
  const Ran ran = cloud.deploy(sharing(2, 1));
  EXPECT_THAT(ran.names(), ElementsAre("modules", "modules"));
  EXPECT_THAT(ran.error().message, HasSubstr("data \"external\" is not allowed in restricted mode"));
}

}  // namespace
}  // namespace deployctl::terraform
