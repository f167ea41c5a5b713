#include "terraform/errored.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <utility>

#include "terraform/errored_steps.hpp"
#include "terraform_fixture.hpp"

namespace deployctl::terraform {
namespace {

using testing::Contains;
using testing::Each;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;
using Resources = support::FakeTofu::Resources;

const Resources kRelease1 = {{"terraform_data.only_1", "x"}, {"terraform_data.page", "1"}};

TEST(TerraformErroredState, IsWrittenOnceMoreAndNothingIsWrong) {  // fault T5
  Cloud cloud;
  cloud.refusals = 2;  // of the apply, and of the first push
  const Ran ran = cloud.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("init", "plan", "show", "apply", "push", "push", "keep-state", "output"));
  EXPECT_THAT(ran.steps.at(4).work, testing::VariantWith<process::Command>(
                                        testing::Field(&process::Command::argv, Contains("errored.tfstate"))));
  EXPECT_THAT(std::get<process::Command>(ran.steps.at(6).work).argv, ElementsAre("rm", "-f", "--", "errored.tfstate"));
  EXPECT_EQ(cloud.resources, kRelease1);
}

TEST(TerraformErroredState, ThatCannotBeWrittenIsLeftToThePersonAndNothingIsTriedAgain) {  // fault T5
  Cloud cloud;
  cloud.refusals = 100;
  const Ran ran = cloud.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid) << "neither tried again nor rolled back";
  EXPECT_THAT(ran.error().message, HasSubstr("kept in Secret \"web-errored-state\" (kubectl --namespace=shop get "
                                             "secret web-errored-state --output=jsonpath='{.data.tfstate}'"));
  EXPECT_THAT(ran.error().message, HasSubstr("annotate deployctl.io/force-at"));
  EXPECT_THAT(ran.error().message, HasSubstr("Failed to save state: Error saving state: the backend says no"));
  EXPECT_THAT(ran.names(), ElementsAre("init", "plan", "show", "apply", "push", "push", "push", "keep-state",
                                       "keep-state", "keep-state"));
  EXPECT_THAT(state_in(cloud.kept_secret.value(), inputs_of(1)), HasSubstr("\"serial\":2"));
  EXPECT_THAT(cloud.built, Each(Pair(testing::_, 1)));
}

TEST(TerraformErroredState, ThatNoSecretCanHoldStaysOnTheDisk) {  // fault T5
  Cloud cloud;
  cloud.refusals = 100;
  cloud.secret_refused = true;
  const Ran ran = cloud.deploy(inputs_of(1));
  EXPECT_THAT(ran.error().message, HasSubstr("kept in " + path_aside(inputs_of(1)) + " on the controller's disk"));
  EXPECT_EQ(ran.names().back(), "keep-state");
  const auto& last = std::get<process::Command>(ran.steps.back().work);
  EXPECT_EQ(last.argv.front(), "kubectl") << "the file is not removed";
  EXPECT_TRUE(std::ranges::any_of(std::get<process::Command>(ran.steps.at(3).work).files,
                                  [](const auto& file) { return file.path == "state-owner"; }));
}

TEST(TerraformErroredState, OfAReleaseThatFailedIsWrittenAndTheReleaseHasFailed) {  // fault T5
  Cloud cloud;
  cloud.cannot_make = {"terraform_data.only_1"};
  cloud.refusals = 1;
  const Ran ran = cloud.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_THAT(ran.error().message, HasSubstr("local-exec provisioner error"));
  EXPECT_TRUE(cloud.resources.contains("terraform_data.only_1"));
}

TEST(TerraformErroredState, IsPushedPastTheLockThatItsApplyCouldNotRelease) {  // fault T5
  Cloud cloud;
  cloud.refusals = 1;
  cloud.releases = false;
  const Ran ran = cloud.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.argv("push"), Contains("-lock=false"));
  Cloud other;
  other.refusals = 1;
  EXPECT_THAT(other.deploy(inputs_of(1)).argv("push"), Not(Contains("-lock=false")));
}

TEST(TerraformErroredState, MayBeWrittenWhileTheOperationIsBeingStopped) {  // fault T5
  Cloud cloud;
  cloud.refusals = 100;
  for (const executors::Step& step : cloud.deploy(inputs_of(1)).steps)
    EXPECT_EQ(step.cleanup, step.name == "push" || step.name == "keep-state") << step.name;
}

/// After an operation that could not write what it built.
Cloud after_a_loss() {
  Cloud cloud;
  cloud.refusals = 100;
  EXPECT_FALSE(cloud.deploy(inputs_of(1)).is_done());
  return cloud;
}

/// The same release again, as another revision: nothing serves.
executors::Inputs again() {
  executors::Inputs in = inputs_of(1);
  in.revision = 2;
  return in;
}

TEST(TerraformErroredState, IsWrittenByWhateverRunsNextAndNothingIsBuiltTwice) {  // fault T5
  Cloud cloud = after_a_loss();
  cloud.refusals = 0;
  const Ran ran = cloud.deploy(again());
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("init", "kept-state", "kept-state", "push", "kept-state", "kept-state", "plan",
                                       "show", "output"));
  EXPECT_FALSE(cloud.kept_secret.has_value());
  const auto& push = std::get<process::Command>(ran.steps.at(3).work);
  EXPECT_EQ(push.argv.back(), "/op/errored.tfstate");
  EXPECT_THAT(push.files, Contains(testing::Field(&process::CommandFile::bytes, HasSubstr("\"serial\":2"))));
  EXPECT_EQ(ran.steps.at(3).effect, executors::Effect::None);
  EXPECT_THAT(cloud.built, Each(Pair(testing::_, 1)));
  Cloud gone = after_a_loss();
  gone.refusals = 0;
  EXPECT_TRUE(gone.destroy(again()).is_done());
  EXPECT_TRUE(gone.resources.empty());
}

TEST(TerraformErroredState, IsAskedForBeforeAnythingElseAsLongAsItIsNotWritten) {  // fault T5
  Cloud cloud = after_a_loss();
  const Ran ran = cloud.deploy(again());
  EXPECT_THAT(ran.error().message, HasSubstr("nothing is done before it is written"));
  EXPECT_THAT(ran.names(), ElementsAre("init", "kept-state", "kept-state", "push", "state"));
  EXPECT_TRUE(cloud.kept_secret.has_value());
  EXPECT_THAT(cloud.destroy(again()).error().message, HasSubstr("nothing is done before it is written"));
  EXPECT_THAT(cloud.built, Each(Pair(testing::_, 1)));
}

TEST(TerraformErroredState, ThatSomebodyHasWrittenMeanwhileIsNoHindrance) {  // fault T5
  Cloud cloud = after_a_loss();
  cloud.resources = *std::exchange(cloud.left, std::nullopt);
  cloud.intercept = [](const executors::Step& step) -> std::optional<executors::StepResult> {
    if (step.name != "state") return std::nullopt;
    return executors::StepResult{
        .process = support::exited(0, R"({"serial":9,"lineage":"x","resources":[{"name":"page"}]})"), .http = {}};
  };
  const Ran ran = cloud.deploy(again());
  EXPECT_TRUE(ran.is_done()) << ran.error().message;
}

TEST(TerraformErroredState, OnTheDiskIsTakenUpAsOneInASecretIs) {  // fault T5
  Cloud cloud = after_a_loss();
  cloud.refusals = 0;
  cloud.aside = R"({"serial":3})";
  cloud.kept_secret.reset();
  const Ran ran = cloud.deploy(again());
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(),
              ElementsAre("init", "kept-state", "push", "kept-state", "kept-state", "plan", "show", "output"));
  EXPECT_FALSE(cloud.aside.has_value());
}

TEST(TerraformErroredState, IsLookedForOnlyWhereThereMayBeOne) {  // fault T5
  EXPECT_FALSE(may_have_left_state(inputs_of(1))) << "a first deployment";
  EXPECT_FALSE(may_have_left_state(inputs_of(3, 2))) << "one that serves was written";
  EXPECT_TRUE(may_have_left_state(again()));
  executors::Inputs resumed = inputs_of(1);
  resumed.dead_attempt.emplace();
  EXPECT_TRUE(may_have_left_state(resumed));
}

TEST(TerraformErroredState, OfASecretThatIsNotOursIsNotTaken) {  // fault T5
  const std::string data = R"("data":{"tfstate":"e30="})";
  const executors::Inputs in = inputs_of(1);
  EXPECT_EQ(state_in(R"({"metadata":{"labels":{"deployctl.io/installation":"cluster-1"}},)" + data + "}", in), "{}");
  EXPECT_EQ(state_in(R"({"metadata":{"labels":{"deployctl.io/installation":"other"}},)" + data + "}", in), "");
  EXPECT_EQ(state_in(R"({"metadata":{},)" + data + "}", in), "");
  EXPECT_EQ(state_in("", in), "");
}

TEST(TerraformErroredState, IsTheSameWhereItKnowsTheSame) {  // fault T5
  EXPECT_TRUE(knows_the_same(R"({"serial":1,"resources":[1]})", R"({"serial":7,"lineage":"b","resources":[1]})"));
  EXPECT_FALSE(knows_the_same(R"({"resources":[1]})", R"({"resources":[1,2]})"));
  EXPECT_FALSE(knows_the_same(R"({"outputs":{"a":1}})", R"({"outputs":{}})"));
  EXPECT_FALSE(knows_the_same("", ""));
}

}  // namespace
}  // namespace deployctl::terraform
