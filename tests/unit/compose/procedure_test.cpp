#include <gmock/gmock.h>

#include "compose_fixture.hpp"

namespace deployctl::compose {
namespace {

using support::image_id;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::StartsWith;

TEST(ComposeDeploy, IsRenderedPinnedAndBroughtUp) {
  Tool tool;
  const Ran ran = tool.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("look", "config", "build", "inspect-image", "pull", "inspect-image",
                                       "inspect-image", "hash", "pin", "up"));
  EXPECT_EQ(tool.box("web")->image, web_image(1));
  EXPECT_EQ(tool.box("web")->env.at("A"), "1");
  EXPECT_EQ(tool.box("web")->labels.at("deployctl.io/name"), "web");
  EXPECT_TRUE(tool.verify(inputs_of(1)).is_done());
}

TEST(ComposeDeploy, PinsSayTheImagesAndWhatNoRegistryKnowsIsTagged) {
  Tool tool;
  tool.deploy(inputs_of(1));
  const Json& pins = tool.remembered.pins;
  EXPECT_EQ(pins.at("images"), (Json{{"web", web_image(1)}, {"cache", image_id("cache")}}));
  EXPECT_EQ(pins.at("digests"), (Json{{"cache", kCacheDigest}}));
  EXPECT_EQ(tool.tags, (std::map<std::string, std::string>{{"deployctl/4afb32cc106e/shop_web/web:r1", web_image(1)}}));
}

TEST(ComposeDeploy, WhatWasBuiltIsTaggedAlsoWhereTheDaemonGivesItADigest) {  // fault D7
  Tool tool;
  tool.docker.registry["shop/web@sha256:built"] = web_image(1);  // as with containerd's image store
  ASSERT_TRUE(tool.deploy(inputs_of(1)).is_done());
  EXPECT_EQ(tool.remembered.pins.at("digests"), (Json{{"cache", kCacheDigest}})) << "no registry has it";
  EXPECT_TRUE(tool.tags.contains("deployctl/4afb32cc106e/shop_web/web:r1"));
}

TEST(ComposeDeploy, OnlyWhatChangedIsMadeAnew) {
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.recreated.clear();
  ASSERT_TRUE(tool.deploy(inputs_of(2)).is_done());
  EXPECT_THAT(tool.recreated, ElementsAre("web"));
  EXPECT_EQ(tool.box("web")->image, web_image(2));
}

TEST(ComposeDeploy, ANewUidOfTheObjectMakesNothingAnew) {
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.recreated.clear();
  executors::Inputs in = inputs_of(1);
  in.uid = "uid-2";
  EXPECT_TRUE(tool.deploy(in).is_done());
  EXPECT_THAT(tool.recreated, IsEmpty());
}

TEST(ComposeDeploy, IsNeverAttached) {  // fault D3
  Tool tool;
  tool.deploy(inputs_of(1));
  EXPECT_THAT(tool.docker.lines, Contains(AllOf(HasSubstr(" up "), HasSubstr("--detach"))));
}

TEST(ComposeDeploy, TheProjectIsAlwaysNamedAndNoEnvFileIsRead) {  // fault D2
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.destroy(inputs_of(1));
  for (const std::string& line : tool.docker.lines)
    if (line.starts_with("docker-compose"))
      EXPECT_THAT(line, AllOf(HasSubstr(" --project-name=shop_web "), HasSubstr(" --env-file=/dev/null "))) << line;
}

TEST(ComposeDeploy, ServiceThatIsNeverHealthyFailsInItsOwnWords) {  // fault D1
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.sick_images = {web_image(2)};
  const Ran ran = tool.deploy(inputs_of(2));
  EXPECT_EQ(ran.error().kind, ErrorKind::HealthCheckFailed);
  EXPECT_THAT(ran.error().message, HasSubstr("container shop_web-web-1 is unhealthy by its own health check: no"));
}

TEST(ComposeDeploy, ServiceThatEndsFailsWithItsCodeAndLastLine) {
  Tool tool;
  tool.docker.ending_images = {web_image(1)};
  const Ran ran = tool.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_THAT(ran.error().message, StartsWith("container shop_web-web-1 exited with code 1"));
}

TEST(ComposeDeploy, OneShotServiceIsToldHowToBeWaitedFor) {
  Tool tool;
  tool.one_shot_services = {"web"};
  const Ran ran = tool.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().message,
            "service web ended with code 0 while it was waited for until it runs: if it is meant to end, let the "
            "service that needs it depend on it with condition service_completed_successfully");
}

TEST(ComposeDeploy, OneShotServiceThatAnotherWaitsForMayEnd) {
  const std::string text = R"({"services": {"init": {"image": "registry.local/cache:1"}, "web": {
    "image": "registry.local/cache:1", "depends_on": {"init": {"condition": "service_completed_successfully"}}}}})";
  Tool tool;
  tool.one_shot_services = {"init"};
  const Ran ran = tool.deploy(inputs_of(1, text));
  EXPECT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_TRUE(tool.verify(inputs_of(1, text)).is_done());
}

TEST(ComposeDeploy, ForeignContainerInTheProjectIsNeverTouched) {  // fault D4
  Tool tool;
  tool.docker.add_foreign("shop_web-db-1").labels = {{"com.docker.compose.project", "shop_web"}};
  for (const auto& act : {&Tool::destroy}) {
    const Ran ran = (tool.*act)(inputs_of(1));
    EXPECT_EQ(ran.error().kind, ErrorKind::Conflict);
    EXPECT_THAT(ran.error().message, HasSubstr("project shop_web holds container shop_web-db-1 that is not ours"));
  }
  EXPECT_EQ(tool.deploy(inputs_of(1)).error().kind, ErrorKind::Conflict);
  EXPECT_EQ(tool.docker.boxes.size(), 1U);
}

TEST(ComposeDeploy, ContainerNameThatIsTakenIsSaidBeforeAnythingIsTouched) {  // fault D4
  Tool tool;
  tool.docker.add_foreign("fixed");
  const Ran ran = tool.deploy(
      inputs_of(1, R"({"services": {"web": {"image": "registry.local/cache:1", "container_name": "fixed"}}})"));
  EXPECT_EQ(ran.error().kind, ErrorKind::Conflict);
  EXPECT_THAT(ran.error().message, HasSubstr("container name fixed is taken"));
  for (const auto& step : ran.steps) EXPECT_EQ(step.effect, executors::Effect::None) << step.name;
}

TEST(ComposeDeploy, ServiceThatLeftTheFileGoesOnlyWhenAskedFor) {  // fault D5
  const std::string less = R"({"services": {"cache": {"image": "registry.local/cache:1"}}})";
  Tool tool;
  tool.deploy(inputs_of(1));
  ASSERT_TRUE(tool.deploy(inputs_of(2, less)).is_done());
  EXPECT_NE(tool.box("web"), nullptr);
  EXPECT_TRUE(tool.verify(inputs_of(2, less)).is_done()) << "what is no part of the release is not looked at";
  executors::Inputs in = inputs_of(3, less);
  in.spec.docker_compose->remove_orphans = true;
  ASSERT_TRUE(tool.deploy(in).is_done());
  EXPECT_EQ(tool.box("web"), nullptr);
}

TEST(ComposeDeploy, DaemonThatIsDownIsOfTheSurroundings) {  // fault D6
  Tool tool;
  tool.docker.down = true;
  EXPECT_EQ(tool.deploy(inputs_of(1)).error().kind, ErrorKind::ExecutorUnavailable);
}

TEST(ComposeDeploy, FullDiskIsSaidInTheDaemonsWords) {  // fault D11
  Tool tool;
  tool.docker.pull_error = "failed to register layer: write /usr/lib/x: no space left on device";
  const Ran ran = tool.deploy(inputs_of(1));
  EXPECT_FALSE(ran.is_done());
  EXPECT_THAT(ran.error().message, HasSubstr("no space left on device"));
  EXPECT_THAT(tool.docker.boxes, IsEmpty());
}

TEST(ComposeDeploy, RefusedPullNamesTheFieldOfTheLogins) {  // fault D7
  Tool tool;
  tool.docker.pull_error = "Error response from daemon: unauthorized: authentication required";
  const Ran ran = tool.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::AccessDenied);
  EXPECT_THAT(ran.error().message, HasSubstr("check spec.dockerCompose.registrySecretRef"));
}

TEST(ComposeRender, UndefinedVariableIsRefusedByName) {  // fault D9
  Tool tool;
  executors::Inputs in = inputs_of(1);
  in.variables.clear();
  const Ran ran = tool.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(ran.error().message,
            "compose file: ${A} is not defined: declare it in spec.variables (a .env file is not read), or give it a "
            "default: ${A:-}");
}

TEST(ComposeRender, VariablesOfTheControllerAreOutOfReach) {  // fault D9
  for (const char* name : {"HOME", "PATH", "HTTPS_PROXY", "DEPLOYCTL_RUN"}) {
    Tool tool;
    const std::string text = "services: {web: {image: \"x:${" + std::string(name) + ":-1}\"}}";
    const Ran ran = tool.deploy(inputs_of(1, text));
    EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(ran.error().message,
                StartsWith("compose.yaml: ${" + std::string(name) + "} would be the controller's"));
  }
  Tool tool;
  executors::Inputs in = inputs_of(1, R"({"services": {"web": {"image": "registry.local/cache:1",
                                          "command": "echo $$HOME ${TZ}"}}})");
  in.variables["TZ"] = "UTC";
  EXPECT_TRUE(tool.deploy(in).is_done()) << "declared, or a plain dollar sign";
}

TEST(ComposeRender, FileAtFaultIsInvalidWithThePathInTheSource) {
  Tool tool;
  tool.render_error = "validating /kept/src/compose.yaml: services.web additional properties 'nonsense' not allowed";
  const Ran ran = tool.deploy(inputs_of(1));
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_EQ(ran.error().message,
            "compose file: validating compose.yaml: services.web additional properties 'nonsense' not allowed");
}

TEST(ComposeRender, FilesThatIncludeEachOtherAreAllNamed) {  // fault S10
  Tool tool;
  tool.render_error =
      "include cycle detected:\n/kept/src/compose.yaml\n include /kept/src/a.yaml\n include compose.yaml";
  EXPECT_EQ(tool.deploy(inputs_of(1)).error().message,
            "compose file: include cycle detected: compose.yaml include a.yaml include compose.yaml");
}

TEST(ComposeRender, FileThatIsMissingIsNamed) {
  Tool tool;
  executors::Inputs in = inputs_of(1);
  in.spec.docker_compose->files = {"deploy/prod.yaml"};
  EXPECT_EQ(tool.deploy(in).error().message, "spec.dockerCompose.files: \"deploy/prod.yaml\" is not in the source");
  in.spec.docker_compose->files.clear();
  in.files = std::make_shared<const ports::SourceTree>(ports::SourceTree{{"other.yaml", {}}, {"compose.yaml", {}}});
  tool.files["/kept/src/compose.yaml"] = "";
  executors::Inputs none = in;
  none.files = std::make_shared<const ports::SourceTree>(ports::SourceTree{{"other.yaml", {}}});
  const Ran ran = tool.drive(ComposeExecutor().deploy(none));
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(ran.error().message, StartsWith("spec.source: has neither compose.yaml nor docker-compose.yml"));
}

TEST(ComposeRender, ToolThatIsNotCompose2IsUnavailable) {  // fault P5
  for (const char* words : {"unknown flag: --project-name", "docker: 'compose' is not a docker command.",
                            "docker: unknown command: docker compose"}) {
    Tool tool;
    tool.render_error = words;
    const Ran ran = tool.deploy(inputs_of(1));
    EXPECT_EQ(ran.error().kind, ErrorKind::ExecutorUnavailable) << words;
    EXPECT_THAT(ran.error().message, HasSubstr("version 2 is needed"));
  }
}

TEST(ComposeRollback, RunsTheExactOldImageOfATagThatWasBuiltAnew) {  // fault D7
  Tool tool;
  tool.deploy(inputs_of(1));
  const Json pins = tool.remembered.pins;
  tool.sick_images = {web_image(2)};
  EXPECT_FALSE(tool.deploy(inputs_of(2)).is_done());
  EXPECT_EQ(tool.docker.images.at(kWebImage), web_image(2)) << "the tag has moved";
  tool.recreated.clear();
  const Ran ran = tool.deploy(rollback_to(1, 3, pins));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_EQ(tool.box("web")->image, web_image(1));
  EXPECT_THAT(tool.recreated, ElementsAre("web"));
  EXPECT_THAT(ran.names(), Not(Contains("build")));
  EXPECT_TRUE(tool.verify(rollback_to(1, 3, pins)).is_done());
}

TEST(ComposeRollback, AServiceThatOnlyTheFailedReleaseHasGoes) {  // fault D1
  Tool tool;
  tool.deploy(inputs_of(1));
  const Json pins = tool.remembered.pins;
  tool.deploy(inputs_of(
      2, R"({"services": {"web": {"image": "registry.local/cache:1"}, "cache": {"image": "registry.local/cache:1"},
                            "worker": {"image": "registry.local/cache:1"}}})"));
  ASSERT_NE(tool.box("worker"), nullptr);
  executors::Inputs back = rollback_to(1, 3, pins);
  back.abandoned_pins = tool.remembered.pins;
  ASSERT_TRUE(tool.deploy(back).is_done());
  EXPECT_EQ(tool.box("worker"), nullptr);
  EXPECT_NE(tool.box("web"), nullptr);
}

TEST(ComposeRollback, PinnedImageThatIsNowhereIsSaidAndNothingIsTouched) {
  Tool tool;
  tool.deploy(inputs_of(1));
  Json pins = tool.remembered.pins;
  pins["images"]["web"] = image_id("pruned");
  const std::string before = tool.state();
  const Ran ran = tool.deploy(rollback_to(1, 3, pins));
  EXPECT_THAT(ran.error().message, AllOf(HasSubstr("of service web of revision 1 is not on the daemon any more"),
                                         HasSubstr("nothing was touched")));
  EXPECT_EQ(tool.state(), before);
}

TEST(ComposeRollback, PinnedImageThatIsGoneIsPulledByItsDigest) {  // fault D7
  Tool tool;
  tool.deploy(inputs_of(1));
  const Json pins = tool.remembered.pins;
  tool.docker.images.erase(kCacheImage);
  tool.docker.registry[kCacheImage] = image_id("moved");
  EXPECT_TRUE(tool.deploy(rollback_to(1, 3, pins)).is_done());
  EXPECT_THAT(tool.docker.lines, Contains("docker pull " + std::string(kCacheDigest)));
  EXPECT_EQ(tool.box("cache")->image, image_id("cache"));
}

TEST(ComposeSettle, LetsGoOfTagsWhoseRevisionIsNotKept) {
  Tool tool;
  for (int release = 1; release <= 4; ++release) tool.deploy(inputs_of(release));
  executors::Inputs in = inputs_of(4);
  in.kept_revisions = {2};
  in.previous_revision = 3;
  EXPECT_TRUE(tool.settle(in).is_done());
  std::vector<std::string> left;
  for (const auto& [tag, unused] : tool.tags) left.push_back(tag);
  EXPECT_THAT(left, ElementsAre("deployctl/4afb32cc106e/shop_web/web:r2", "deployctl/4afb32cc106e/shop_web/web:r3",
                                "deployctl/4afb32cc106e/shop_web/web:r4"));
}

TEST(ComposeDestroy, LeavesTheTagsOfAnotherClusterOnTheSameDaemon) {
  Tool tool;
  executors::Inputs other = inputs_of(1);
  other.installation = "cluster-2";
  other.spec.docker_compose->project = "theirs";
  ASSERT_TRUE(tool.deploy(other).is_done());
  const auto theirs = tool.tags;
  EXPECT_FALSE(theirs.empty());
  ASSERT_TRUE(tool.deploy(inputs_of(1)).is_done());
  EXPECT_TRUE(tool.settle(inputs_of(9)).is_done());
  EXPECT_TRUE(tool.destroy(inputs_of(1)).is_done());
  EXPECT_EQ(tool.tags, theirs);
}

TEST(ComposeDestroy, LeavesNoContainerAndNoTag) {
  Tool tool;
  tool.deploy(inputs_of(1));
  EXPECT_TRUE(tool.destroy(inputs_of(1)).is_done());
  EXPECT_EQ(tool.state(), "");
}

// fault H3
TEST(ComposeDestroy, AReleaseThatNeverServedLeavesAProjectThatStoodThereBefore) {
  Tool tool;
  tool.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(2);
  tool.deploy(in);
  in.inventory = tool.remembered.inventory;
  in.spare_adopted = true;
  EXPECT_TRUE(tool.destroy(in).is_done());
  EXPECT_FALSE(tool.docker.boxes.empty());
}

TEST(ComposeDestroy, NeedsNeitherTheSourceNorTheVariables) {
  Tool tool;
  tool.deploy(inputs_of(1));
  executors::Inputs in = inputs_of(1);
  in.files.reset();
  in.source_dir.clear();
  in.variables.clear();
  EXPECT_TRUE(tool.destroy(in).is_done());
  EXPECT_THAT(tool.docker.boxes, IsEmpty());
}

TEST(ComposeVerify, SaysWhatIsMissingOrOfAnotherRelease) {
  Tool tool;
  tool.deploy(inputs_of(1));
  const Json pins = tool.remembered.pins;
  tool.deploy(inputs_of(2));
  const Ran other = tool.verify(rollback_to(1, 1, pins));
  EXPECT_EQ(other.error().kind, ErrorKind::HealthCheckFailed);
  EXPECT_THAT(other.error().message, HasSubstr("shop_web-web-1 runs another image than this release"));
  std::erase_if(tool.docker.boxes, [](const auto& box) { return box.name == "shop_web-web-1"; });
  EXPECT_EQ(tool.verify(inputs_of(2)).error().message, "service web has no container");
}

TEST(ComposeVerify, SeesAConfigurationThatIsNotOfTheRelease) {
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.box("cache")->labels["com.docker.compose.config-hash"] = "another";
  EXPECT_THAT(tool.verify(inputs_of(1)).error().message, HasSubstr("made with another configuration"));
}

TEST(ComposeVerify, SeesAProcessThatEndsRightAfterItsStart) {
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.box("web")->output = "cannot bind\n";
  tool.on_pause = [&] { tool.box("web")->status = "exited"; };
  EXPECT_THAT(tool.verify(inputs_of(1)).error().message,
              AllOf(StartsWith("container shop_web-web-1 exited"), HasSubstr("cannot bind")));
  tool.box("web")->status = "running";
  tool.on_pause = [&] { ++tool.box("web")->restarts; };
  EXPECT_THAT(tool.verify(inputs_of(1)).error().message, HasSubstr("shop_web-web-1 was restarted"));
}

TEST(ComposeVerify, ATagThatMovedIsDrift) {
  Tool tool;
  tool.deploy(inputs_of(1));
  tool.docker.images[kWebImage] = image_id("somebody else's");
  EXPECT_TRUE(tool.verify(inputs_of(1)).is_done());
  EXPECT_THAT(tool.verify(inputs_of(1), true).error().message,
              HasSubstr("image shop/web:latest of service web has moved"));
}

}  // namespace
}  // namespace deployctl::compose
