#include "config/configuration.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "api/digest.hpp"
#include "support/temporary_directory.hpp"

namespace deployctl::config {
namespace {

class ConfigurationTest : public ::testing::Test {
 protected:
  void deployments(std::string_view text) { directory_.write("home/deployments.yaml", text); }
  void environments(std::string_view text) { directory_.write("home/environments.yaml", text); }

  std::optional<Merged> merged(const std::string& app, const std::string& environment = "dev",
                               const std::optional<std::string>& version = {}) {
    problems = Problems();
    const Configuration configuration(places(), problems);
    return configuration.merged(app, environment, version, problems);
  }
  [[nodiscard]] Places places() const {
    return {.config_dir = {},
            .current = directory_.path() / "home",
            .home = directory_.path() / "user",
            .variable = [this](const std::string& name) -> std::optional<std::string> {
              const auto found = variables.find(name);
              return found == variables.end() ? std::nullopt : std::optional(found->second);
            }};
  }
  [[nodiscard]] std::string told() const {
    std::string all;
    for (const Problem& problem : problems.sorted()) all += problem.str() + "\n";
    return all;
  }
  static std::string origin(const Merged& of, const std::string& pointer) {
    return origin_of(of.origins, pointer).str();
  }

  support::TemporaryDirectory directory_;
  std::map<std::string, std::string> variables;
  Problems problems;
};

constexpr std::string_view kSeed = R"(deployments:
  go-monitor:
    type: docker-compose
    path: ../go-monitor
    compose_file: docker-compose.yml
    env_vars:
      HOST: google.com
  dashboard:
    type: docker
    path: ../dashboard-netmiko
    build:
      dockerfile: Dockerfile
    port: 5001
  coffee:
    type: kubernetes
    path: ../docker-kubernetes-demo/manifests
    namespace: coffee-dev
  aws:
    type: terraform
    path: ../terraform-aws-demo
    var_file: terraform.tfvars.prod
    auto_approve: false
  backup:
    type: ansible
    path: ../ansible_demo
    inventory: inventories/hosts.yml
    playbook: playbooks/backup_config.yml
    vault_password_file: vault/.prod_password
)";

TEST_F(ConfigurationTest, TheFiveFirstExamplesAreReadAsTheyStand) {
  deployments(kSeed);
  const auto secret = directory_.write("home/vault/.prod_password", "s3cret");
  ASSERT_EQ(::chmod(secret.c_str(), 0600), 0);
  const auto monitor = merged("go-monitor");
  ASSERT_TRUE(monitor) << told();
  EXPECT_EQ(monitor->spec.docker_compose->files, std::vector<std::string>{"docker-compose.yml"});
  EXPECT_EQ(monitor->spec.variables.front().name, "HOST");
  EXPECT_EQ("/" + monitor->spec.source->directory->path, (directory_.path() / "go-monitor").string());
  const auto dashboard = merged("dashboard");
  ASSERT_TRUE(dashboard) << told();
  EXPECT_EQ(dashboard->spec.docker->build->dockerfile, "Dockerfile");
  EXPECT_EQ(dashboard->spec.docker->ports.front().container, 5001);
  const auto coffee = merged("coffee");
  ASSERT_TRUE(coffee) << told();
  EXPECT_EQ(coffee->spec.kubernetes->ns, "coffee-dev");
  const auto aws = merged("aws");
  ASSERT_TRUE(aws) << told();
  EXPECT_EQ(aws->spec.terraform->var_files, std::vector<std::string>{"terraform.tfvars.prod"});
  const auto backup = merged("backup");
  ASSERT_TRUE(backup) << told();
  EXPECT_EQ(backup->spec.ansible->inventory.path, "inventories/hosts.yml");
  EXPECT_EQ(backup->secret_files.at("vault-password/password"), directory_.path() / "home/vault/.prod_password");
}

TEST_F(ConfigurationTest, EveryMistakeIsToldAtOnceWithItsPlaceAndTheNearestKey) {
  deployments(
      "deployments:\n  web:\n    type: docker\n    imag: a\n    ports: 80\n    retry: {limt: 3, interval: soon}\n");
  EXPECT_FALSE(merged("web"));
  EXPECT_EQ(
      told(),
      "deployments.yaml:4:5: unknown key \"imag\" (did you mean \"image\"?)\n"
      "deployments.yaml:5:5: expected a list\n"
      "deployments.yaml:6:13: unknown key \"limt\" (did you mean \"limit\"?)\n"
      "deployments.yaml:6:22: 'soon' is not a duration: write numbers with units ms, s, m or h, like 90s or 1h30m, "
      "up to 720h\n");
}

TEST_F(ConfigurationTest, TheRulesOfTheApiAreToldWithThePlaceInTheFile) {
  deployments("deployments:\n  web:\n    type: docker\n    image: web\n    ports:\n      - container: 99999\n");
  EXPECT_FALSE(merged("web"));
  EXPECT_NE(told().find("deployments.yaml:6:9: docker.ports[0].container"), std::string::npos) << told();
}

TEST_F(ConfigurationTest, WhatIsMissingIsTold) {
  deployments("deployments:\n  a:\n    image: x\n  b:\n    type: ansible\n    inventory: hosts\n");
  EXPECT_FALSE(merged("a"));
  EXPECT_NE(told().find("deployments.yaml:2:3: \"type\" is missing"), std::string::npos) << told();
  EXPECT_FALSE(merged("b"));
  EXPECT_NE(told().find("\"ansible.playbook\" is missing"), std::string::npos) << told();
}

TEST_F(ConfigurationTest, AnEnvironmentIsUnderTheAppAndTheAppsSectionOverIt) {
  environments(
      "environments:\n  prod:\n    variables: {LOG: warn, REGION: eu}\n    protected: true\n"
      "    defaults: {timeout: 1h, retry: {limit: 7}}\n  dev: {}\n");
  deployments(
      "deployments:\n  web:\n    type: docker\n    image: web\n    env_vars: {LOG: info, A: a}\n"
      "    retry: {interval: 5s}\n    environments: {prod: {env_vars: {A: b}, image: other}}\n");
  const auto prod = merged("web", "prod");
  ASSERT_TRUE(prod) << told();
  EXPECT_TRUE(prod->door.is_protected);
  std::map<std::string, std::string> values;
  for (const api::Variable& each : prod->spec.variables) values[each.name] = each.value.value_or("");
  EXPECT_EQ(values, (std::map<std::string, std::string>{{"A", "b"}, {"LOG", "info"}, {"REGION", "eu"}}));
  EXPECT_EQ(prod->spec.docker->image, "other");
  EXPECT_EQ(prod->spec.retry.limit, 7);
  EXPECT_EQ(prod->spec.retry.interval, std::chrono::seconds(5));
  EXPECT_EQ(prod->spec.timeout, std::chrono::hours(1));
  EXPECT_EQ(origin(*prod, "/variables/REGION"), "environments.yaml:3:28");
  EXPECT_EQ(origin(*prod, "/variables/A"), "deployments.yaml:7:38");
  EXPECT_EQ(origin(*prod, "/docker/image"), "deployments.yaml:7:45");
  const auto dev = merged("web", "dev");
  ASSERT_TRUE(dev) << told();
  EXPECT_EQ(dev->spec.docker->image, "web");
  EXPECT_EQ(dev->spec.variables.size(), 2U);
}

TEST_F(ConfigurationTest, WhatAnEnvironmentWillSayLaterIsAnErrorThatSaysSo) {
  deployments("deployments: {web: {type: docker, image: web}}\n");
  const std::map<std::string, std::string> later = {
      {"docker", "{host: a}"}, {"freeze", "true"},   {"kube_config", "{}"},      {"max_concurrent", "5"},
      {"max_failures", "1"},   {"required", "true"}, {"windows", "[{allow: x}]"}};
  for (const auto& [key, value] : later) {
    environments("environments:\n  dev:\n    " + key + ": " + value + "\n");
    EXPECT_FALSE(merged("web")) << key;
    EXPECT_EQ(told(), "environments.yaml:3:5: " + key + ": not supported by this version\n");
  }
  environments("environments:\n  dev:\n    protect: true\n");
  EXPECT_FALSE(merged("web"));
  EXPECT_EQ(told(), "environments.yaml:3:5: unknown key \"protect\" (did you mean \"protected\"?)\n");
}

TEST_F(ConfigurationTest, ShortFormsAreTheFieldsOfTheApi) {
  deployments(
      "deployments:\n  web:\n    type: docker\n    image: web\n    hooks: {pre_deploy: [[\"./migrate\", "
      "\"--check\"]]}\n"
      "    health_check: {endpoint: \"http://127.0.0.1:80/healthz\", expected_status: 200, timeout: 5s, retries: 5, "
      "backoff: 2}\n");
  const auto web = merged("web");
  ASSERT_TRUE(web) << told();
  ASSERT_EQ(web->spec.health.post.size(), 1U);
  const api::HealthCheck& check = web->spec.health.post.front();
  EXPECT_EQ(check.http->url, "http://127.0.0.1:80/healthz");
  EXPECT_EQ(check.http->expected_status, "200");
  EXPECT_EQ(check.backoff.factor, 2);
  ASSERT_EQ(web->spec.hooks.pre_deploy.size(), 1U);
  EXPECT_EQ(web->spec.hooks.pre_deploy.front().command, (std::vector<std::string>{"./migrate", "--check"}));
  EXPECT_EQ(web->spec.hooks.pre_deploy.front().name, "pre-deploy-1");
}

TEST_F(ConfigurationTest, AVariableSetInBothSpellingsIsAMistake) {
  deployments("deployments:\n  web: {type: docker, image: w, env_vars: {A: x}, variables: {A: y, B: z}}\n");
  EXPECT_FALSE(merged("web"));
  EXPECT_NE(told().find("\"A\" is set twice"), std::string::npos) << told();
}

TEST_F(ConfigurationTest, ValuesThatDoNotStandInTheFileComeFromEnvironmentAndFilesAndAreHidden) {
  directory_.write("home/token", "t0ken\n");
  variables["REGISTRY"] = "registry.example.com";
  variables["PASSWORD"] = "hunter22";
  deployments(
      "deployments:\n  web:\n    type: docker\n    image: ${ENV:REGISTRY}/web:${version}\n"
      "    variables: {TOKEN: \"${FILE:token}\", LOGIN: \"me:${ENV:PASSWORD}\"}\n");
  const auto web = merged("web");
  ASSERT_TRUE(web) << told();
  EXPECT_EQ(web->spec.docker->image, "registry.example.com/web:${version}");
  EXPECT_EQ(web->values.at("config-values/variables.LOGIN"), "me:hunter22");
  EXPECT_EQ(web->values.at("config-values/variables.TOKEN"), "t0ken");
  EXPECT_EQ(web->spec.variables.front().track, api::Track::Pinned) << "another value is another release";
  EXPECT_EQ(dump_json(web->written).find("hunter22"), std::string::npos);
  EXPECT_EQ(dump_json(api::encode_spec(web->spec)).find("hunter22"), std::string::npos);
  EXPECT_EQ(web->secrets.size(), 3U);
}

TEST_F(ConfigurationTest, AMissingValueIsToldWhereItIsUsed) {
  deployments(
      "deployments:\n  web:\n    type: docker\n    image: web\n    variables: {T: \"${ENV:NOT_SET}\", F: "
      "\"${FILE:none}\"}\n");
  EXPECT_FALSE(merged("web"));
  EXPECT_NE(told().find("deployments.yaml:5:17: the environment variable NOT_SET is not set"), std::string::npos)
      << told();
  EXPECT_NE(told().find("/none"), std::string::npos) << told();
}

TEST_F(ConfigurationTest, ASecretFileThatEverybodyReadsIsWarnedAboutAndRefusedWhereProtected) {
  const auto file = directory_.write("home/password", "hunter22");
  ASSERT_EQ(::chmod(file.c_str(), 0644), 0);
  environments("environments: {dev: {}, prod: {protected: true}}\n");
  deployments("deployments:\n  web: {type: docker, image: w, secret_files: {PASSWORD: password}}\n");
  const auto dev = merged("web", "dev");
  ASSERT_TRUE(dev) << told();
  EXPECT_NE(told().find("warning: "), std::string::npos);
  EXPECT_EQ(dev->spec.variables.front().value_from->secret_key_ref->key, "PASSWORD");
  EXPECT_EQ(dev->secret_files.at("secret-files/PASSWORD"), file);
  EXPECT_FALSE(merged("web", "prod"));
}

TEST_F(ConfigurationTest, TheVersionOfTheCommandWins) {
  deployments("deployments:\n  web: {type: docker, image: w, version: \"1\"}\n");
  const auto web = merged("web", "dev", "2");
  ASSERT_TRUE(web) << told();
  EXPECT_EQ(web->spec.version, "2");
  EXPECT_EQ(origin(*web, "/version"), "--version");
}

TEST_F(ConfigurationTest, FilesAreLookedForInOrder) {
  directory_.write("user/.deployctl/deployments.yaml", "deployments: {far: {type: docker}}\n");
  Problems found;
  EXPECT_EQ(Configuration(places(), found).apps(), std::vector<std::string>{"far"});
  directory_.write("home/.deployctl/deployments.yaml", "deployments: {near: {type: docker}}\n");
  EXPECT_EQ(Configuration(places(), found).apps(), std::vector<std::string>{"near"});
  deployments("deployments: {here: {type: docker}}\n");
  EXPECT_EQ(Configuration(places(), found).apps(), std::vector<std::string>{"here"});
  directory_.write("given/deployments.yaml", "deployments: {given: {type: docker}}\n");
  Places with = places();
  with.config_dir = directory_.path() / "given";
  EXPECT_EQ(Configuration(with, found).apps(), std::vector<std::string>{"given"});
  EXPECT_FALSE(found.has_errors());
}

TEST_F(ConfigurationTest, NoFileAnEmptyFileTabsAndWrongShapesAreEachOneSentence) {
  const auto only = [&](std::string_view text) {
    if (!text.empty()) deployments(text);
    problems = Problems();
    const Configuration read(places(), problems);
    return told();
  };
  EXPECT_EQ(only("").substr(0, 56), "deployments.yaml:1:1: not found; looked for deployments.");
  EXPECT_EQ(only("# nothing\n"), "deployments.yaml:1:1: is empty; expected \"deployments:\"\n");
  EXPECT_TRUE(only("deployments:\n\tweb: {}\n").starts_with("deployments.yaml:2:"));
  EXPECT_EQ(only("- a\n"), "deployments.yaml:1:1: expected \"deployments:\" and a map below it\n");
  EXPECT_EQ(only("deployment: {}\ndeployments: {}\n"),
            "deployments.yaml:1:1: unknown key \"deployment\" (did you mean \"deployments\"?)\n");
  EXPECT_EQ(only("deployments: {Web App: {}}\n"),
            "deployments.yaml:1:15: \"Web App\" is not a name: lower-case letters, digits and dashes, at most 63\n");
  EXPECT_EQ(only("deployments:\n  a: {}\n  a: {}\n"), "deployments.yaml:3:3: duplicate key \"a\"\n");
}

}  // namespace
}  // namespace deployctl::config
