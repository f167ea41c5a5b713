#include <gmock/gmock.h>

#include "compose/commands.hpp"
#include "compose/output.hpp"
#include "compose_fixture.hpp"

namespace deployctl::compose {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

std::string with_service(const std::string& fields) {
  return R"({"services": {"web": {"image": "registry.local/cache:1", )" + fields + "}}}";
}

TEST(ComposeRestricted, WhatReachesOutOfTheContainersIsRefusedByField) {  // fault D8
  const std::vector<std::pair<std::string, std::string>> table = {
      {R"("privileged": true)", "service web: privileged"},
      {R"("post_start": [{"command": ["id"]}, {"command": ["id"], "privileged": true}])",
       "service web: post_start: privileged"},
      {R"("volumes": [{"type": "bind", "source": "/etc", "target": "/x"}])", "service web: volumes[0] mounts /etc"},
      {R"("volumes": [{"type": "volume", "source": "v"}, {"type": "bind", "source": "/var/run/docker.sock"}])",
       "service web: volumes[1] mounts /var/run/docker.sock"},
      {R"("network_mode": "host")", "service web: network_mode: host"},
      {R"("network_mode": "container:other")", "service web: network_mode: container:other"},
      {R"("pid": "host")", "service web: pid: host"},
      {R"("ipc": "host")", "service web: ipc: host"},
      {R"("userns_mode": "host")", "service web: userns_mode: host"},
      {R"("cap_add": ["ALL"])", "service web: cap_add"},
      {R"("devices": [{"source": "/dev/sda"}])", "service web: devices"},
      {R"("security_opt": ["seccomp:unconfined"])", "service web: security_opt"},
      {R"("use_api_socket": true)", "service web: use_api_socket"},
      {R"("volumes_from": ["container:x"])", "service web: volumes_from"},
      {R"("build": {"context": "/etc"})", "service web: build.context lies outside"},
      {R"("build": {"context": "/kept/src/../../etc"})", "service web: build.context lies outside"},
      {R"("build": {"context": "/kept/src", "cache_to": ["type=local,dest=/etc"]})",
       "service web: build.cache_to: type=local"},
      {R"("build": {"context": "/kept/src", "network": "host"})", "service web: build.network: host"},
  };
  for (const auto& [fields, words] : table) {
    Tool tool;
    const Ran ran = tool.deploy(inputs_of(1, with_service(fields)), true);
    EXPECT_EQ(ran.error().kind, ErrorKind::Invalid) << fields;
    EXPECT_THAT(ran.error().message, AllOf(StartsWith(words), HasSubstr("is not allowed in restricted mode")));
    EXPECT_TRUE(tool.docker.boxes.empty());
  }
}

TEST(ComposeRestricted, ResourcesThatAreTheHostsAreRefused) {  // fault D8
  const std::string service = R"({"services": {"web": {"image": "registry.local/cache:1"}}, )";
  for (const char* rest :
       {R"("networks": {"n": {"name": "host", "external": true}}})",
        R"("volumes": {"v": {"driver_opts": {"type": "none", "o": "bind", "device": "/"}}}})",
        R"("volumes": {"v": {"external": true, "name": "theirs_data"}}})",
        R"("volumes": {"v": {"name": "theirs_data"}}})", R"("secrets": {"s": {"file": "/etc/shadow"}}})"}) {
    Tool tool;
    EXPECT_THAT(tool.deploy(inputs_of(1, service + rest), true).error().message, HasSubstr("restricted mode")) << rest;
    EXPECT_TRUE(Tool().deploy(inputs_of(1, service + rest)).is_done()) << rest;
  }
}

TEST(ComposeRestricted, AnOrdinaryProjectIsAllowed) {
  Tool tool;
  const Ran ran = tool.deploy(inputs_of(1), true);
  EXPECT_TRUE(ran.is_done()) << ran.error().message;
}

TEST(ComposeRefusals, ProgramsOfTheControllersMachineAreNeverRun) {
  Tool tool;
  EXPECT_THAT(tool.deploy(inputs_of(1, with_service(R"("provider": {"type": "evil"})"))).error().message,
              StartsWith("service web: provider"));
}

TEST(ComposeRefusals, FilesOfTheSourceCannotBeMountedOnAnotherMachine) {
  const std::string mounting =
      with_service(R"("volumes": [{"type": "bind", "source": "/kept/src/conf", "target": "/conf"}])");
  Tool tool;
  executors::Inputs in = inputs_of(1, mounting);
  in.spec.docker_compose->host = api::DockerHost{.endpoint = "tcp://10.0.0.1:2375"};
  const Ran ran = tool.deploy(in);
  EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
  EXPECT_THAT(ran.error().message, AllOf(StartsWith("service web: volumes[0].source"),
                                         HasSubstr("spec.dockerCompose.host is another machine")));
  in.spec.docker_compose->host = api::DockerHost{.endpoint = "unix:///run/other.sock"};
  EXPECT_TRUE(tool.deploy(in).is_done());
}

TEST(ComposeServices, ThoseThatAreNamedComeWithWhatTheyNeed) {
  Tool tool;
  executors::Inputs in = inputs_of(1, R"({"services": {"a": {"image": "registry.local/cache:1",
      "depends_on": {"b": {"condition": "service_started"}}}, "b": {"image": "registry.local/cache:1"},
      "c": {"image": "nowhere:1"}}})");
  in.spec.docker_compose->services = {"a"};
  EXPECT_EQ(tool.deploy(in).error().message, "");
  EXPECT_EQ(tool.remembered.pins.at("images").size(), 2U);
  in.spec.docker_compose->services = {"d"};
  EXPECT_EQ(tool.deploy(in).error().message,
            "spec.dockerCompose.services: \"d\" is no service of the compose files, or its profile is not enabled");
}

TEST(ComposeCommands, RenderingNamesFilesAndProfilesAndHidesTheControllersProxies) {
  executors::Inputs in = inputs_of(1);
  in.spec.docker_compose->profiles = {"debug"};
  in.spec.docker_compose->host = api::DockerHost{.endpoint = "unix:///run/other.sock"};
  const auto command = std::get<process::Command>(render(in, {"a.yaml", "b/c.yaml"}).work);
  EXPECT_THAT(command.argv, ElementsAre("docker-compose", "--ansi=never", "--progress=plain", "--project-name=shop_web",
                                        "--env-file=/dev/null", "--file=/kept/src/a.yaml", "--file=/kept/src/b/c.yaml",
                                        "--profile=debug", "config", "--format=json"));
  EXPECT_EQ(command.env.at("DOCKER_HOST"), "unix:///run/other.sock");
  EXPECT_EQ(command.env.at("A"), "1");
  EXPECT_EQ(command.env.at("HTTPS_PROXY"), "");
}

TEST(ComposeCommands, TheRenderedProjectTravelsInAPrivateFile) {  // fault X2
  const auto command = std::get<process::Command>(up(inputs_of(1), "{\"secret\": 1}").work);
  ASSERT_EQ(command.files.size(), 1U);
  EXPECT_EQ(command.files[0].bytes, "{\"secret\": 1}");
  EXPECT_EQ(command.files[0].mode, 0600U);
  EXPECT_THAT(command.argv, Contains("--file=/op/" + command.files[0].path));
}

TEST(ComposeOutput, UndefinedVariablesAreReadFromTheWarnings) {
  EXPECT_THAT(undefined_variables("time=\"x\" level=warning msg=\"The \\\"A_B\\\" variable is not set. Defaulting to a "
                                  "blank string.\"\nother\n\xff\x00 variable is not set\n"),
              ElementsAre("A_B"));
}

TEST(ComposeOutput, HashesThatAreNoneAreAnError) {
  EXPECT_FALSE(read_hashes("{[\n").has_value());
  EXPECT_FALSE(read_hashes("web nohash\n").has_value());
  EXPECT_EQ(read_hashes("web " + std::string(64, 'a') + "\n")->size(), 1U);
}

TEST(ComposeNames, OfTheProjectAreWhatComposeTakes) {
  api::DeploymentSpec spec;
  EXPECT_EQ(project_name({"shop", "web"}, spec), "shop_web");
  const std::string dotted = project_name({"shop", "web.v1"}, spec);
  EXPECT_THAT(dotted, StartsWith("shop_webv1-"));
  const std::string first = project_name({"shop", std::string(253, 'a')}, spec);
  EXPECT_LE(first.size(), 63U);
  EXPECT_NE(first, project_name({"shop", std::string(252, 'a') + "b"}, spec));
}

TEST(ComposeNames, OfKeptImagesAreRepositoriesThatNeverMeet) {
  executors::Inputs in = inputs_of(3);
  EXPECT_EQ(kept_tag(in, "web"), "deployctl/4afb32cc106e/shop_web/web:r3");
  EXPECT_EQ(kept_pattern(in), "deployctl/4afb32cc106e/shop_web/*");
  EXPECT_EQ(revision_of_tag(kept_tag(in, "web")), 3);
  EXPECT_EQ(revision_of_tag("deployctl/a_b/web:latest"), std::nullopt);
  for (const char* odd : {"Web", "web_", "a..b", "a___b", "a_-b"})
    EXPECT_THAT(kept_repository(in, odd), StartsWith("deployctl/4afb32cc106e/shop_web/h-")) << odd;
  EXPECT_NE(kept_repository(in, "Web"), kept_repository(in, "web_"));
  in.installation = "cluster-2";
  EXPECT_NE(kept_repository(in, "web"), kept_repository(inputs_of(3), "web"));
}

TEST(ComposeValidation, EachBadValueIsNamedWithItsField) {  // fault S2
  const std::vector<std::pair<const char*, std::function<void(api::DeploymentSpec&)>>> table = {
      {"spec.source: ", [](auto& s) { s.source.reset(); }},
      {"spec.dockerCompose.files: \"/etc/compose.yaml\"",
       [](auto& s) { s.docker_compose->files = {"/etc/compose.yaml"}; }},
      {"spec.dockerCompose.files", [](auto& s) { s.docker_compose->files = {"a/../../x"}; }},
      {"spec.dockerCompose.project", [](auto& s) { s.docker_compose->project = "Shop"; }},
      {"spec.dockerCompose.project", [](auto& s) { s.docker_compose->project = "--rm"; }},
      {"spec.dockerCompose.services", [](auto& s) { s.docker_compose->services = {"--rm"}; }},
      {"spec.dockerCompose.profiles", [](auto& s) { s.docker_compose->profiles = {"-x"}; }},
      {"spec.dockerCompose.waitTimeout", [](auto& s) { s.docker_compose->wait_timeout = Duration::zero(); }},
      {"spec.dockerCompose.host.endpoint", [](auto& s) { s.docker_compose->host = api::DockerHost{.endpoint = "-H"}; }},
  };
  for (const auto& [field, edit] : table) {
    api::DeploymentSpec spec = inputs_of(1).spec;
    edit(spec);
    const auto result = ComposeExecutor().validate(spec);
    ASSERT_FALSE(result.has_value()) << field;
    EXPECT_THAT(result.error().message, StartsWith(field));
  }
  EXPECT_TRUE(ComposeExecutor().validate(inputs_of(1).spec).has_value());
}

}  // namespace
}  // namespace deployctl::compose
