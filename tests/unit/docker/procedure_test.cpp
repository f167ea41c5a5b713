#include <gmock/gmock.h>

#include "docker/names.hpp"
#include "docker_fixture.hpp"

namespace deployctl::docker {
namespace {

using support::cancelled;
using support::exited;
using support::image_id;
using support::timed_out;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

constexpr auto kPolicy = "unless-stopped";

TEST(DockerDeploy, FirstReleaseIsPulledMadeAndStarted) {
  Daemon daemon;
  const Ran ran = daemon.deploy(inputs_of(1));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(),
              ElementsAre("look", "look-names", "inspect-image", "pull", "inspect-image", "create", "start"));
  EXPECT_EQ(daemon.state(), box("shop_web_next", 1, kPolicy, "running"));
}

TEST(DockerDeploy, UpgradeKeepsTheOldOneStoppedUntilTheGateHasPassed) {
  Daemon daemon;
  daemon.release(1);
  const Ran ran = daemon.deploy(inputs_of(2));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_THAT(ran.names(), ElementsAre("look", "look-names", "inspect", "inspect-image", "pull", "inspect-image",
                                       "create", "rename", "update", "stop", "start"));
  EXPECT_EQ(daemon.state(), box("shop_web-r1", 1, "no", "exited") + box("shop_web_next", 2, kPolicy, "running"));
}

TEST(DockerDeploy, SettlingGivesTheNameAndRemovesTheOldOne) {
  Daemon daemon;
  daemon.release(1);
  daemon.deploy(inputs_of(2));
  EXPECT_TRUE(daemon.settle(inputs_of(2)).is_done());
  EXPECT_EQ(daemon.state(), box("shop_web", 2, kPolicy, "running"));
}

TEST(DockerDeploy, WhateverFailsTheOldOneServesAgainUnderItsNameAndPolicy) {
  const std::string before = box("shop_web", 1, kPolicy, "running");
  for (const auto& instead : {exited(1, "", "it broke"), cancelled(), timed_out()}) {
    for (const bool work_done : {false, true}) {
      for (int at = 0; at < 11; ++at) {
        Daemon daemon;
        daemon.release(1);
        const Ran ran = daemon.drive(DockerExecutor().deploy(inputs_of(2)), at, instead, work_done);
        EXPECT_FALSE(ran.is_done());
        EXPECT_EQ(daemon.state(), before) << "step " << at << " " << ran.error().message;
        EXPECT_FALSE(daemon.two_ran_at_once);
      }
    }
  }
}

TEST(DockerDeploy, OldAndNewNeverRunAtOnceAlsoAfterAKill) {
  for (int at = 0; at < 11; ++at) {
    Daemon daemon;
    daemon.release(1);
    auto procedure = DockerExecutor().deploy(inputs_of(2));
    std::optional<executors::StepResult> result;
    for (int step = 0; step <= at; ++step) {
      const executors::Next next = procedure->next(result ? &*result : nullptr);
      result = executors::StepResult{.process =
                                         daemon.run(std::get<process::Command>(std::get<executors::Step>(next).work))};
    }
    daemon.deploy(inputs_of(3));
    EXPECT_FALSE(daemon.two_ran_at_once) << "killed after step " << at;
  }
}

TEST(DockerDeploy, RunAgainAfterAKillOnTrialTheNewOneIsLeftRunning) {
  Daemon daemon;
  daemon.release(1);
  daemon.deploy(inputs_of(2));
  const auto starts = daemon.find("shop_web_next")->started;
  EXPECT_TRUE(daemon.deploy(inputs_of(2)).is_done());
  EXPECT_EQ(daemon.find("shop_web_next")->started, starts);
}

TEST(DockerDeploy, NothingRunsWhenTheReleaseIsSettledAlready) {
  Daemon daemon;
  daemon.release(1);
  const Ran ran = daemon.deploy(inputs_of(1));
  EXPECT_TRUE(ran.is_done());
  for (const auto& step : ran.steps) EXPECT_EQ(step.effect, executors::Effect::None) << step.name;
}

TEST(DockerRollback, StartsTheVeryContainerThatWasKept) {
  Daemon daemon;
  daemon.release(1);
  const std::string id = daemon.find("shop_web")->id;
  daemon.deploy(inputs_of(2));
  const Ran ran = daemon.deploy(rollback_to(1, 3));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_EQ(daemon.state(), box("shop_web", 1, kPolicy, "running"));
  EXPECT_EQ(daemon.find("shop_web")->id, id);
  EXPECT_EQ(daemon.remembered.pins, (Json{{"image", image_id(image_name(1))}}));
  EXPECT_TRUE(daemon.verify(rollback_to(1, 3)).is_done());
  EXPECT_TRUE(daemon.settle(rollback_to(1, 3)).is_done());
}

TEST(DockerRollback, WhenTheOldOneServesAlreadyNothingChanges) {
  Daemon daemon;
  daemon.release(1);
  const Ran ran = daemon.deploy(rollback_to(1, 3));
  EXPECT_TRUE(ran.is_done());
  for (const auto& step : ran.steps) EXPECT_EQ(step.effect, executors::Effect::None) << step.name;
}

TEST(DockerRollback, OlderRevisionIsMadeAnewFromItsPinnedImage) {  // fault D7
  Daemon daemon;
  daemon.release(1);
  daemon.release(2);
  daemon.registry[image_name(1)] = image_id("the tag has moved");
  const Ran ran = daemon.deploy(rollback_to(1, 3));
  ASSERT_TRUE(ran.is_done()) << ran.error().message;
  EXPECT_EQ(daemon.find("shop_web_next")->image, image_id(image_name(1)));
}

TEST(DockerRollback, PinnedImageThatIsGoneIsPulledByItsDigest) {  // fault D7
  Daemon daemon;
  daemon.release(2);
  executors::Inputs in = rollback_to(1, 3);
  in.pins["digest"] = "registry.local/web@sha256:1";
  daemon.registry["registry.local/web@sha256:1"] = image_id(image_name(1));
  EXPECT_TRUE(daemon.deploy(in).is_done());
  EXPECT_THAT(daemon.lines, Contains("docker pull registry.local/web@sha256:1"));
}

TEST(DockerRollback, PinnedImageThatIsNowhereIsSaidAndNothingIsTouched) {
  Daemon daemon;
  daemon.release(2);
  const std::string before = daemon.state();
  EXPECT_THAT(daemon.deploy(rollback_to(1, 3)).error().message,
              HasSubstr("of revision 1 is not on the daemon any more"));
  EXPECT_EQ(daemon.state(), before);
}

TEST(DockerForeign, ContainerWithOurNameAndNotOurLabelsIsNeverTouched) {  // fault D4
  for (const char* name : {"shop_web", "shop_web_next"}) {
    Daemon daemon;
    daemon.add_foreign(name);
    const std::string before = daemon.state();
    const Ran deployed = daemon.deploy(inputs_of(1));
    EXPECT_EQ(deployed.error().kind, ErrorKind::Conflict);
    EXPECT_THAT(deployed.error().message, HasSubstr(std::string("container name ") + name + " is taken"));
    EXPECT_FALSE(daemon.destroy(inputs_of(1)).is_done());
    EXPECT_EQ(daemon.state(), before);
  }
}

TEST(DockerForeign, PortTakenByAForeignContainerFailsAndTheOldOneServes) {  // fault D4
  Daemon daemon;
  daemon.release(1);
  daemon.add_foreign("other").ports.insert("8080");
  executors::Inputs in = inputs_of(2);
  in.spec.docker->ports.push_back({.container = 80, .host = 8080});
  const Ran ran = daemon.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::StepFailed);
  EXPECT_THAT(ran.error().message, HasSubstr("port is already allocated; the previous container serves"));
  EXPECT_THAT(daemon.state(), HasSubstr(box("shop_web", 1, kPolicy, "running")));
  EXPECT_NE(daemon.find("other"), nullptr);
}

TEST(DockerForeign, ContainerOfAnotherDeploymentIsLeftAlone) {
  Daemon daemon;
  executors::Inputs other = inputs_of(1);
  other.key.name = "api";
  daemon.deploy(other);
  daemon.settle(other);
  daemon.release(1);
  daemon.destroy(inputs_of(1));
  EXPECT_EQ(daemon.state(), box("shop_api", 1, kPolicy, "running"));
}

TEST(DockerImage, PullNeverNeedsTheImageThere) {
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.spec.docker->pull = api::PullPolicy::Never;
  EXPECT_THAT(daemon.deploy(in).error().message, HasSubstr("is not on the daemon, and spec.docker.pull is Never"));
  daemon.images[image_name(1)] = image_id(image_name(1));
  EXPECT_TRUE(daemon.deploy(in).is_done());
}

TEST(DockerImage, PullAlwaysAsksTheRegistryEachTime) {
  Daemon daemon;
  daemon.images[image_name(1)] = image_id("old");
  executors::Inputs in = inputs_of(1);
  in.spec.docker->pull = api::PullPolicy::Always;
  daemon.deploy(in);
  EXPECT_EQ(daemon.find("shop_web_next")->image, image_id(image_name(1)));
}

TEST(DockerImage, IdAndDigestBecomePins) {
  Daemon daemon;
  daemon.registry["registry.local/web@sha256:9"] = image_id(image_name(1));
  daemon.deploy(inputs_of(1));
  EXPECT_EQ(daemon.remembered.pins,
            (Json{{"image", image_id(image_name(1))}, {"digest", "registry.local/web@sha256:9"}}));
}

TEST(DockerImage, BuildIsTaggedByDigestAndTheRollbackDoesNotBuildAgain) {
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.spec.docker->image.reset();
  in.spec.docker->build.emplace();
  in.source_dir = "/op/source";
  ASSERT_TRUE(daemon.deploy(in).is_done());
  in.pins = daemon.remembered.pins;
  daemon.settle(in);
  in.revision = 2;
  const Ran again = daemon.deploy(in);
  EXPECT_TRUE(again.is_done());
  EXPECT_THAT(again.names(), Not(Contains("build")));
}

TEST(DockerImage, BuiltOnesOfRevisionsThatAreNotKeptGoOnceTheNextReleaseServes) {
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.spec.docker->image.reset();
  in.spec.docker->build.emplace();
  in.source_dir = "/op/source";
  for (int release = 1; release <= 3; ++release) {
    in.revision = release;
    in.digest = "digest-" + std::to_string(release);
    if (release == 3)
      in.kept_digests = {"digest-2"};
    else
      in.kept_digests = {"digest-1", "digest-2"};
    ASSERT_TRUE(daemon.deploy(in).is_done());
    ASSERT_TRUE(daemon.settle(in).is_done());
  }
  std::set<std::string> left;
  for (const auto& [tag, id] : daemon.images)
    if (tag.starts_with(kBuiltTags)) left.insert(tag);
  EXPECT_EQ(left, (std::set<std::string>{built_image(in, "digest-2"), built_image(in, "digest-3")}));
}

TEST(DockerVolumes, OfAContainerThatServedAnonymousOnesStay) {
  Daemon daemon;
  daemon.release(1);
  daemon.release(2);
  daemon.destroy(inputs_of(2));
  for (const std::string& line : daemon.lines) EXPECT_THAT(line, Not(HasSubstr("--volumes")));
}

TEST(DockerVolumes, OfAContainerThatNeverServedAnonymousOnesGo) {
  Daemon daemon;
  daemon.release(1);
  daemon.ending_images.insert(image_id(image_name(2)));
  daemon.deploy(inputs_of(2));
  daemon.deploy(rollback_to(1, 3));
  EXPECT_THAT(daemon.lines, Contains(HasSubstr("docker rm --force --volumes")));
}

TEST(DockerImage, WhatWasBuiltIsNeverPulledAlsoWhereTheDaemonGivesItADigest) {  // fault D7
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.spec.docker->image.reset();
  in.spec.docker->build.emplace();
  in.source_dir = "/op/source";
  ASSERT_TRUE(daemon.deploy(in).is_done());
  const std::string id = daemon.remembered.pins.at("image");
  daemon.registry["deployctl/built@sha256:9"] = id;  // as with containerd's image store
  daemon.deploy(in);
  EXPECT_EQ(daemon.remembered.pins, (Json{{"image", id}}));
}

TEST(DockerVerify, ContainerThatRunsAndStaysIsGood) {
  Daemon daemon;
  daemon.deploy(inputs_of(1));
  int pauses = 0;
  daemon.on_pause = [&] { ++pauses; };
  EXPECT_TRUE(daemon.verify(inputs_of(1)).is_done());
  EXPECT_EQ(pauses, 2);
}

TEST(DockerVerify, ProcessThatEndsRightAfterItsStartIsFoundWithItsLastLine) {
  Daemon daemon;
  daemon.deploy(inputs_of(1));
  daemon.find("shop_web_next")->output = "starting\ncannot open database\n";
  daemon.on_pause = [&] {
    daemon.find("shop_web_next")->status = "exited";
    daemon.find("shop_web_next")->exit_code = 3;
  };
  const Error error = daemon.verify(inputs_of(1)).error();
  EXPECT_EQ(error.kind, ErrorKind::HealthCheckFailed);
  EXPECT_EQ(error.message, "container shop_web_next exited with code 3: cannot open database");
}

TEST(DockerVerify, CrashLoopIsFoundAlsoWhenEachLookFindsItRunning) {
  Daemon daemon;
  daemon.deploy(inputs_of(1));
  daemon.on_pause = [&] { daemon.find("shop_web_next")->restarts += 1; };
  EXPECT_THAT(daemon.verify(inputs_of(1)).error().message, HasSubstr("was restarted"));
}

TEST(DockerVerify, ItsOwnHealthCheckIsWaitedFor) {
  Daemon daemon;
  daemon.deploy(inputs_of(1));
  daemon.find("shop_web_next")->health = "starting";
  int pauses = 0;
  daemon.on_pause = [&] {
    if (++pauses == 10) daemon.find("shop_web_next")->health = "healthy";
  };
  EXPECT_TRUE(daemon.verify(inputs_of(1)).is_done());
  EXPECT_GE(pauses, 10);
}

TEST(DockerVerify, UnhealthyByItsOwnHealthCheckFails) {
  Daemon daemon;
  daemon.deploy(inputs_of(1));
  daemon.find("shop_web_next")->health = "unhealthy";
  EXPECT_THAT(daemon.verify(inputs_of(1)).error().message, HasSubstr("is unhealthy by its own health check: no"));
}

TEST(DockerVerify, RemovedContainerIsGone) {
  Daemon daemon;
  daemon.release(1);
  daemon.boxes.clear();
  EXPECT_EQ(daemon.verify(inputs_of(1)).error().message, "container shop_web is gone");
}

TEST(DockerVerify, AnotherReleaseInItsPlaceIsNamed) {
  Daemon daemon;
  daemon.release(1);
  EXPECT_EQ(daemon.verify(inputs_of(2)).error().message, "container shop_web is of revision 1, not of this release");
}

TEST(DockerVerify, DriftOfPolicyAndOfATagIsFoundOnlyWhenAskedFor) {
  Daemon daemon;
  daemon.release(1);
  EXPECT_TRUE(daemon.verify(inputs_of(1), true).is_done());
  daemon.find("shop_web")->restart_policy = "always";
  daemon.images[image_name(1)] = image_id("moved");
  EXPECT_TRUE(daemon.verify(inputs_of(1), false).is_done());
  EXPECT_EQ(daemon.verify(inputs_of(1), true).error().message,
            "changed outside: restart policy is always, image registry.local/web:1 has moved");
}

TEST(DockerDaemon, DaemonThatIsDownIsExecutorUnavailable) {  // fault D6
  Daemon daemon;
  daemon.down = true;
  for (const Ran& ran : {daemon.deploy(inputs_of(1)), daemon.verify(inputs_of(1)), daemon.destroy(inputs_of(1))}) {
    EXPECT_EQ(ran.error().kind, ErrorKind::ExecutorUnavailable);
    EXPECT_THAT(ran.error().message, HasSubstr("Cannot connect to the Docker daemon"));
    EXPECT_EQ(ran.steps.size(), 1U);
  }
}

TEST(DockerPull, RefusalsOfTheRegistryAreToldApart) {  // fault D7
  const std::vector<std::pair<std::string, ErrorKind>> table = {
      {"Error response from daemon: unauthorized: authentication required", ErrorKind::AccessDenied},
      {"Error response from daemon: pull access denied for web, repository does not exist or may require 'docker "
       "login'",
       ErrorKind::AccessDenied},
      {"Error response from daemon: manifest for web:1 not found: manifest unknown", ErrorKind::StepFailed},
      {"toomanyrequests: You have reached your pull rate limit", ErrorKind::Transient},
      {"Error response from daemon: Get \"https://registry.local/v2/\": dial tcp: connect: connection refused",
       ErrorKind::Transient},
      {"write /var/lib/docker/tmp/x: no space left on device", ErrorKind::StepFailed},
  };
  for (const auto& [words, kind] : table) {
    Daemon daemon;
    daemon.pull_error = words;
    const Ran ran = daemon.deploy(inputs_of(1));
    EXPECT_EQ(ran.error().kind, kind) << words;
    EXPECT_THAT(ran.error().message, HasSubstr("pull registry.local/web:1: "));
    EXPECT_EQ(daemon.state(), "");
  }
}

TEST(DockerDestroy, TakesEverythingOfOursAndNothingElse) {
  Daemon daemon;
  daemon.release(1);
  daemon.deploy(inputs_of(2));
  daemon.add_foreign("other");
  EXPECT_TRUE(daemon.destroy(inputs_of(2)).is_done());
  EXPECT_EQ(daemon.boxes.size(), 1U);
}

// fault H3
TEST(DockerDestroy, AReleaseThatNeverServedGivesWayToTheContainerThatStoodThereBefore) {
  Daemon daemon;
  daemon.release(1);
  executors::Inputs in = inputs_of(2);
  daemon.deploy(in);
  in.inventory = daemon.remembered.inventory;
  in.spare_adopted = true;
  EXPECT_TRUE(daemon.destroy(in).is_done());
  EXPECT_EQ(daemon.state(), box("shop_web", 1, "unless-stopped", "running"));
}

// fault H3
TEST(DockerDestroy, AReleaseThatNeverServedIsRemovedWhenNothingStoodThere) {
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  daemon.deploy(in);
  in.inventory = daemon.remembered.inventory;
  in.spare_adopted = true;
  EXPECT_TRUE(daemon.destroy(in).is_done());
  EXPECT_EQ(daemon.state(), "");
}

TEST(DockerSecrets, ValuesReachTheContainerAndNoCommandLine) {  // fault X1
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.variables = {{"PASSWORD", "canary-1"}, {"KEY", "line 1\nline 2"}, {"DOCKER_TOKEN", "canary-2"}};
  const Ran ran = daemon.deploy(in);
  EXPECT_EQ(daemon.find("shop_web_next")->env.at("PASSWORD"), "canary-1");
  EXPECT_EQ(daemon.find("shop_web_next")->env.at("KEY"), "line 1\nline 2");
  for (const std::string& line : daemon.lines) EXPECT_THAT(line, Not(HasSubstr("canary")));
  for (const auto& step : ran.steps) {
    const auto& command = std::get<process::Command>(step.work);
    EXPECT_FALSE(command.env.contains("DOCKER_TOKEN"));
    EXPECT_TRUE(step.name == "create" || !command.env.contains("PASSWORD")) << step.name;
  }
}

TEST(DockerSecrets, LineBreakUnderANameDockerObeysIsRefused) {
  Daemon daemon;
  executors::Inputs in = inputs_of(1);
  in.variables = {{"DOCKER_X", "a\nPATH=/evil"}};
  EXPECT_EQ(daemon.deploy(in).error().kind, ErrorKind::Invalid);
}

}  // namespace
}  // namespace deployctl::docker
