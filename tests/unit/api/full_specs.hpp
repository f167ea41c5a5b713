#pragma once

// Specs that set every field of the table to something else than its default, one a type.

#include "api/deployment.hpp"

namespace deployctl::api {

inline HealthCheck a_full_check() {
  return {.name = "page",
          .http = HttpCheck{.url = "http://x/",
                            .method = "HEAD",
                            .headers = {{.name = "A", .value = "b"},
                                        {.name = "B", .secret_key_ref = KeyRef{"s", "k", true}}},
                            .expected_status = "200",
                            .expected_body = "ok",
                            .insecure_skip_verify = true,
                            .ca_secret_ref = NameRef{"ca"}},
          .timeout = std::chrono::seconds(2),
          .retries = 1,
          .backoff = {.initial = std::chrono::milliseconds(200), .factor = 3, .max = std::chrono::seconds(9)},
          .initial_delay = std::chrono::seconds(1)};
}

inline Hooks full_hooks() {
  const Hook command{
      .name = "a", .command = {"./a", "-b"}, .timeout = std::chrono::minutes(1), .on_failure = Hook::OnFailure::Ignore};
  const Hook request{.name = "b",
                     .http = HookHttp{.url = "http://x/",
                                      .method = "PUT",
                                      .headers = {{.name = "A", .value = ""}},
                                      .body = "{}",
                                      .expected_status = "201"}};
  return {.pre_deploy = {command, request},
          .post_deploy = {request},
          .pre_rollback = {command},
          .post_rollback = {command}};
}

inline Health full_health() {
  HealthCheck tcp{.name = "port", .tcp = TcpCheck{"db", 5432}};
  HealthCheck command{.name = "self", .command = CommandCheck{{"/bin/check"}}};
  return {.pre = {tcp},
          .post = {a_full_check(), command},
          .require = {.kind = Require::Kind::Count, .count = 1},
          .stable_for = std::chrono::seconds(3),
          .watch = HealthWatch{std::chrono::seconds(5), 2, HealthWatch::OnFailure::Rollback}};
}

inline Docker full_docker() {
  return {.image = "web:${version}",
          .build = DockerBuild{.context = "app", .dockerfile = "d", .args = {{"A", "b"}}, .target = "prod"},
          .ports = {{.container = 80, .host = 8080, .host_ip = "127.0.0.1", .protocol = "udp"}},
          .command = {"serve"},
          .volumes = {{.source = "data", .target = "/data", .read_only = true}},
          .network = "net",
          .restart_policy = "no",
          .user = "1000",
          .memory = "1g",
          .cpus = "1.5",
          .pull = PullPolicy::Never,
          .registry_secret_ref = NameRef{"r"},
          .host = DockerHost{"tcp://h", NameRef{"t"}, NameRef{"s"}}};
}

inline DeploymentSpec full_spec(Type type) {
  DeploymentSpec spec;
  spec.type = type;
  spec.version = "1.2.3";
  spec.environment_ref = NameRef{"prod"};
  spec.service_account_name = "runner";
  spec.source = Source{.inline_files = InlineSource{{{"a.yaml", "b"}}},
                       .config_map_ref = NameRef{"c"},
                       .secret_ref = NameRef{"s"},
                       .git = GitSource{"https://x", {.branch = "a", .tag = "b", .commit = "c"}, NameRef{"g"}},
                       .archive = ArchiveSource{"https://x", KeyRef{"a", "b"}, "c", NameRef{"d"}},
                       .directory = DirectorySource{"site"}};
  spec.path = "deploy";
  spec.variables = {{.name = "A", .value = "b", .track = Track::Live},
                    {.name = "B", .value_from = ValueFrom{KeyRef{"s", "k"}, KeyRef{"c", "k"}, OutputRef{"d", "o"}}}};
  spec.variables_from = {{.config_map_ref = VariablesFrom::Ref{"c", true}, .prefix = "P_"},
                         {.secret_ref = VariablesFrom::Ref{"s"}, .track = Track::Pinned}};
  spec.env = {{.name = "E", .value = "f"}};
  spec.env_from = {{.secret_ref = VariablesFrom::Ref{"e"}}};
  spec.hooks = full_hooks();
  spec.health = full_health();
  spec.rollback = {.automatic = false, .max_attempts = 2, .timeout = std::chrono::minutes(1)};
  spec.history_limit = 3;
  spec.approval = {.required = true, .expires_after = std::chrono::hours(1)};
  spec.depends_on = {{.api_version = "v1", .kind = "Pod", .name = "a", .condition = "Available", .min_revision = 4}};
  spec.interval = std::chrono::minutes(2);
  spec.retry = {.limit = 1, .interval = std::chrono::seconds(1), .max_interval = std::chrono::seconds(2)};
  spec.timeout = std::chrono::minutes(3);
  spec.drift = Drift::Ignore;
  spec.suspend = true;
  spec.deletion_policy = DeletionPolicy::Orphan;
  spec.strategy = "Canary";
  spec.docker = full_docker();
  spec.docker_compose = DockerCompose{.files = {"a.yaml"},
                                      .project = "p",
                                      .profiles = {"x"},
                                      .services = {"s"},
                                      .build = false,
                                      .pull = DockerCompose::Pull::Always,
                                      .remove_orphans = true,
                                      .wait_timeout = std::chrono::minutes(1),
                                      .registry_secret_ref = NameRef{"r"},
                                      .host = DockerHost{"ssh://h"}};
  spec.kubernetes = Kubernetes{.ns = "shop",
                               .kustomize = false,
                               .prune = false,
                               .force = true,
                               .wait = false,
                               .substitute = true,
                               .kube_config = KubeConfig{{"k"}}};
  spec.terraform = Terraform{.binary = "tofu",
                             .var_files = {"a"},
                             .auto_approve = true,
                             .workspace = "w",
                             .backend = Terraform::Backend::Module,
                             .backend_config_secret_ref = NameRef{"b"},
                             .parallelism = 2,
                             .max_destroy = 0,
                             .lock_timeout = std::chrono::seconds(1),
                             .force_unlock = Terraform::ForceUnlock::OwnDead};
  spec.ansible = Ansible{.playbook = "p",
                         .inventory = {.path = "i", .inline_text = "web"},
                         .vault_password_secret_ref = NameRef{"v"},
                         .ssh_secret_ref = NameRef{"s"},
                         .limit = "web",
                         .tags = {"t"},
                         .skip_tags = {"u"},
                         .forks = 1,
                         .become = true,
                         .requirements = "r",
                         .destroy_playbook = "d",
                         .rollback_playbook = "b"};
  return spec;
}

}  // namespace deployctl::api
