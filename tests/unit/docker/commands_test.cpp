#include "docker/commands.hpp"

#include <gmock/gmock.h>

#include "docker/names.hpp"
#include "docker_fixture.hpp"

namespace deployctl::docker {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::vector<std::string> argv(const executors::Step& step) { return std::get<process::Command>(step.work).argv; }

std::vector<std::string> without_labels(std::vector<std::string> words) {
  std::erase_if(words, [](const std::string& word) { return word.starts_with("--label="); });
  return words;
}

const Image kImage{.id = "sha256:0123456789ab"};

TEST(DockerCommands, LookAsksForExactlyOurs) {
  EXPECT_THAT(argv(list_ours(inputs_of(1), Purpose::Work)),
              ElementsAre("docker", "ps", "--all", "--quiet", "--no-trunc",
                          "--filter=label=deployctl.io/installation=cluster-1", "--filter=label=deployctl.io/name=web",
                          "--filter=label=deployctl.io/namespace=shop"));
}

TEST(DockerCommands, DotsInANameArePlainDots) {
  executors::Inputs in = inputs_of(1);
  in.key.name = "web.v1";
  EXPECT_THAT(argv(list_names(in, Purpose::Work)), testing::Contains("--filter=name=^/shop_web\\.v1$"));
}

TEST(DockerCommands, SmallestContainer) {
  EXPECT_THAT(without_labels(argv(create(inputs_of(1), kImage))),
              ElementsAre("docker", "create", "--name=shop_web_next", "--restart=unless-stopped", kImage.id));
}

TEST(DockerCommands, EveryFieldOfTheSpecHasItsOption) {
  executors::Inputs in = inputs_of(1);
  api::Docker& docker = *in.spec.docker;
  docker.ports = {{.container = 80},
                  {.container = 53, .host = 5353, .host_ip = "127.0.0.1", .protocol = "udp"},
                  {.container = 1, .host_ip = "::1"}};
  docker.volumes = {{"data", "/data", false}, {"/etc/x", "/x", true}};
  docker.network = "back";
  docker.user = "1000:1000";
  docker.memory = "64m";
  docker.cpus = "0.5";
  docker.restart_policy = "on-failure:3";
  docker.command = {"serve", "--port=80", "; touch canary", "$(id)"};
  in.variables = {{"A", "1"}, {"B", "2"}};
  EXPECT_THAT(
      without_labels(argv(create(in, kImage))),
      ElementsAre("docker", "create", "--name=shop_web_next", "--restart=on-failure:3", "--publish=80:80/tcp",
                  "--publish=127.0.0.1:5353:53/udp", "--publish=[::1]:1:1/tcp",
                  "--mount=type=volume,source=data,target=/data", "--mount=type=bind,source=/etc/x,target=/x,readonly",
                  "--network=back", "--user=1000:1000", "--memory=64m", "--cpus=0.5", "--env=A", "--env=B", kImage.id,
                  "serve", "--port=80", "; touch canary", "$(id)"));
}

TEST(DockerCommands, LabelsSayWhoseItIsAndHowItWasMade) {
  std::vector<std::string> labels;
  for (const std::string& word : argv(create(inputs_of(7), kImage)))
    if (word.starts_with("--label=")) labels.push_back(word.substr(8));
  EXPECT_THAT(
      labels,
      ElementsAre("app.kubernetes.io/managed-by=deployment-orchestrator", "deployctl.io/digest=digest-7",
                  "deployctl.io/installation=cluster-1", "deployctl.io/name=web", "deployctl.io/namespace=shop",
                  "deployctl.io/restart-policy=unless-stopped", "deployctl.io/revision=7", "deployctl.io/uid=uid-1"));
}

TEST(DockerCommands, BuildStaysInsideItsContext) {
  executors::Inputs in = inputs_of(1);
  in.source_dir = "/op/source";
  in.spec.docker->image.reset();
  in.spec.docker->build =
      api::DockerBuild{.context = "app", .dockerfile = "docker/Dockerfile", .args = {{"V", "1 2"}}, .target = "run"};
  EXPECT_THAT(without_labels(argv(build(in, *in.spec.docker->build))),
              ElementsAre("docker", "build", "--tag=" + built_image(in), "--file=/op/source/app/docker/Dockerfile",
                          "--build-arg=V=1 2", "--target=run", "/op/source/app"));
}

TEST(DockerCommands, AnotherDaemonIsNamedFirst) {
  executors::Inputs in = inputs_of(1);
  in.spec.docker->host = api::DockerHost{.endpoint = "unix:///run/other.sock"};
  EXPECT_THAT(argv(start(in, "abc", Purpose::Work)),
              ElementsAre("docker", "--host=unix:///run/other.sock", "start", "abc"));
}

TEST(DockerCommands, LoginsTravelInAPrivateFileWithoutProgramsToRun) {
  executors::Inputs in = inputs_of(1);
  in.registry_config = R"({"auths":{"r":{"auth":"eA=="}},"credsStore":"evil","credHelpers":{"x":"evil"}})";
  const auto command = std::get<process::Command>(pull(in, "r/x").work);
  ASSERT_EQ(command.files.size(), 1U);
  EXPECT_EQ(command.files[0].path, "docker/config.json");
  EXPECT_EQ(command.files[0].bytes, R"({"auths":{"r":{"auth":"eA=="}}})");
  EXPECT_EQ(command.files[0].mode, 0600U);
  EXPECT_EQ(command.env.at("DOCKER_CONFIG"), "/op/docker");
}

TEST(DockerCommands, LoginsThatAreNoneAreRefused) {
  EXPECT_FALSE(registry_logins("nonsense", "f").has_value());
  EXPECT_FALSE(registry_logins("[]", "f").has_value());
  EXPECT_FALSE(registry_logins(R"({"auths": 1})", "f").has_value());
}

TEST(DockerNames, LongNamesAreCutWithAHash) {  // fault I16
  const std::string first = container_name({"shop", std::string(253, 'a')});
  const std::string second = container_name({"shop", std::string(252, 'a') + "b"});
  EXPECT_LE(first.size(), 120U);
  EXPECT_NE(first, second);
  EXPECT_EQ(container_name({"shop", "web"}), "shop_web");
}

TEST(DockerNumbers, MemoryAndCpusAreReadAsDockerReadsThem) {
  EXPECT_EQ(memory_bytes("512m"), 536870912);
  EXPECT_EQ(memory_bytes("1g"), 1073741824);
  EXPECT_EQ(memory_bytes("100"), 100);
  EXPECT_EQ(memory_bytes("x"), 0);
  EXPECT_EQ(nano_cpus("1.5"), 1500000000);
  EXPECT_EQ(nano_cpus("1.5x"), 0);
}

struct BadSpec {
  const char* field;
  std::function<void(api::Docker&)> edit;
};

TEST(DockerValidation, EachBadValueIsNamedWithItsField) {  // fault S2
  const std::vector<BadSpec> table = {
      {"spec.docker.image", [](auto& d) { d.image = "--privileged"; }},
      {"spec.docker.image", [](auto& d) { d.image = "a b"; }},
      {"spec.docker.image", [](auto& d) { d.image = "$(id)"; }},
      {"spec.docker.image", [](auto& d) { d.image = "web;reboot"; }},
      {"spec.docker.image", [](auto& d) { d.image = "{{web}}"; }},
      {"spec.docker.image: \"web:\" has no tag: set spec.version", [](auto& d) { d.image = "web:"; }},
      {"spec.docker: set exactly one", [](auto& d) { d.image.reset(); }},
      {"spec.docker: set exactly one", [](auto& d) { d.build.emplace(); }},
      {"spec.docker.ports", [](auto& d) { d.ports = {{.container = 0}}; }},
      {"spec.docker.ports.hostIP", [](auto& d) { d.ports = {{.container = 1, .host_ip = "-x"}}; }},
      {"spec.docker.ports.protocol", [](auto& d) { d.ports = {{.container = 1, .protocol = "icmp"}}; }},
      {"spec.docker.volumes.source", [](auto& d) { d.volumes = {{"../x", "/x"}}; }},
      {"spec.docker.volumes.source", [](auto& d) { d.volumes = {{"/x,readonly", "/x"}}; }},
      {"spec.docker.volumes.target", [](auto& d) { d.volumes = {{"/x", "x"}}; }},
      {"spec.docker.network", [](auto& d) { d.network = "-net"; }},
      {"spec.docker.network", [](auto& d) { d.network = "container:x"; }},
      {"spec.docker.user", [](auto& d) { d.user = "--privileged"; }},
      {"spec.docker.memory", [](auto& d) { d.memory = "-1"; }},
      {"spec.docker.cpus", [](auto& d) { d.cpus = "many"; }},
      {"spec.docker.restartPolicy", [](auto& d) { d.restart_policy = "sometimes"; }},
      {"spec.docker.host.endpoint", [](auto& d) { d.host = api::DockerHost{.endpoint = "-H"}; }},
      {"spec.docker.host", [](auto& d) { d.host = api::DockerHost{.endpoint = "ssh://-oProxyCommand=x"}; }},
  };
  for (const BadSpec& bad : table) {
    api::DeploymentSpec spec = inputs_of(1).spec;
    bad.edit(*spec.docker);
    const auto result = DockerExecutor().validate(spec);
    ASSERT_FALSE(result.has_value()) << bad.field;
    EXPECT_EQ(result.error().kind, ErrorKind::Invalid);
    EXPECT_THAT(result.error().message, testing::StartsWith(bad.field));
  }
  EXPECT_TRUE(DockerExecutor().validate(inputs_of(1).spec).has_value());
}

TEST(DockerValidation, BuildPathsStayInsideTheSource) {  // fault S6
  for (const char* path : {"..", "../x", "a/../../b", "/etc", "-x", "", "a/.."}) {
    api::DeploymentSpec spec = inputs_of(1).spec;
    spec.source.emplace();
    spec.docker->image.reset();
    spec.docker->build.emplace();
    spec.docker->build->dockerfile = path;
    EXPECT_FALSE(DockerExecutor().validate(spec).has_value()) << path;
    spec.docker->build = api::DockerBuild{.context = path};
    EXPECT_FALSE(DockerExecutor().validate(spec).has_value()) << path;
  }
}

TEST(DockerRestricted, HostMountsAndItsNetworkAreRefusedAlsoForKeptRevisions) {  // fault D8
  const std::vector<BadSpec> table = {
      {"spec.docker.volumes[1].source: /var/run/docker.sock is a path of the host",
       [](auto& d) { d.volumes = {{"data", "/data"}, {"/var/run/docker.sock", "/x"}}; }},
      {"spec.docker.network: host is not allowed in restricted mode", [](auto& d) { d.network = "host"; }},
  };
  for (const BadSpec& bad : table) {
    executors::Inputs in = inputs_of(1);
    bad.edit(*in.spec.docker);
    EXPECT_TRUE(DockerExecutor().validate(in.spec).has_value());
    const auto result = DockerExecutor(true).validate(in.spec);
    ASSERT_FALSE(result.has_value()) << bad.field;
    EXPECT_THAT(result.error().message, testing::StartsWith(bad.field));
    Daemon daemon;
    const Ran ran = daemon.drive(DockerExecutor(true).deploy(in));
    EXPECT_EQ(ran.error().kind, ErrorKind::Invalid);
    EXPECT_TRUE(ran.steps.empty());
  }
  EXPECT_TRUE(DockerExecutor(true).validate(inputs_of(1).spec).has_value());
}

}  // namespace
}  // namespace deployctl::docker
