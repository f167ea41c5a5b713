#pragma once

// The tool blocks of a spec: exactly the one named by `type` is set. Member initialisers are the defaults.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/references.hpp"
#include "base/time.hpp"

namespace deployctl::api {

enum class PullPolicy { IfNotPresent, Always, Never };

/// A docker daemon other than the local one.
struct DockerHost {
  std::string endpoint;  ///< unix://, tcp:// or ssh://
  std::optional<NameRef> tls_secret_ref;
  std::optional<NameRef> ssh_secret_ref;
  bool operator==(const DockerHost&) const = default;
};

struct DockerBuild {
  std::string context = ".";
  std::string dockerfile = "Dockerfile";
  std::map<std::string, std::string> args;
  std::optional<std::string> target;
  bool operator==(const DockerBuild&) const = default;
};
struct DockerPort {
  std::int64_t container = 0;
  std::optional<std::int64_t> host;  ///< default: container
  std::optional<std::string> host_ip;
  std::string protocol = "tcp";
  bool operator==(const DockerPort&) const = default;
};
struct DockerVolume {
  std::string source;
  std::string target;
  bool read_only = false;
  bool operator==(const DockerVolume&) const = default;
};
struct Docker {
  std::optional<std::string> image;  ///< exactly one of image and build
  std::optional<DockerBuild> build;
  std::vector<DockerPort> ports;
  std::vector<std::string> command;
  std::vector<DockerVolume> volumes;
  std::optional<std::string> network;
  std::string restart_policy = "unless-stopped";
  std::optional<std::string> user;
  std::optional<std::string> memory;
  std::optional<std::string> cpus;
  PullPolicy pull = PullPolicy::IfNotPresent;
  std::optional<NameRef> registry_secret_ref;
  std::optional<DockerHost> host;
  bool operator==(const Docker&) const = default;
};

struct DockerCompose {
  enum class Pull { Missing, Always, Never };
  std::vector<std::string> files;
  std::optional<std::string> project;
  std::vector<std::string> profiles;
  std::vector<std::string> services;
  bool build = true;
  Pull pull = Pull::Missing;
  bool remove_orphans = false;
  Duration wait_timeout = std::chrono::minutes(5);
  std::optional<NameRef> registry_secret_ref;
  std::optional<DockerHost> host;
  bool operator==(const DockerCompose&) const = default;
};

struct KubeConfig {
  NameRef secret_ref;
  bool operator==(const KubeConfig&) const = default;
};
struct Kubernetes {
  std::optional<std::string> ns;  ///< `namespace`; default: the object's own
  std::optional<bool> kustomize;  ///< default: whether a kustomization file is there
  bool prune = true;
  bool force = false;
  bool wait = true;
  bool substitute = false;
  std::optional<KubeConfig> kube_config;
  bool operator==(const Kubernetes&) const = default;
};

struct Terraform {
  enum class Backend { Auto, Kubernetes, Module };
  enum class ForceUnlock { Never, OwnDead };
  std::optional<std::string> binary;  ///< terraform | tofu
  std::vector<std::string> var_files;
  bool auto_approve = false;
  std::optional<std::string> workspace;
  Backend backend = Backend::Auto;
  std::optional<NameRef> backend_config_secret_ref;
  std::int64_t parallelism = 10;
  std::optional<std::int64_t> max_destroy;
  Duration lock_timeout = Duration::zero();
  ForceUnlock force_unlock = ForceUnlock::Never;
  bool operator==(const Terraform&) const = default;
};

struct Ansible {
  struct Inventory {
    std::optional<std::string> path;
    std::optional<std::string> inline_text;  ///< `inline`
    bool operator==(const Inventory&) const = default;
  };
  std::string playbook;
  Inventory inventory;
  std::optional<NameRef> vault_password_secret_ref;
  std::optional<NameRef> ssh_secret_ref;
  std::optional<std::string> limit;
  std::vector<std::string> tags, skip_tags;
  std::int64_t forks = 5;
  bool become = false;
  std::optional<std::string> requirements;
  std::optional<std::string> destroy_playbook, rollback_playbook;
  bool operator==(const Ansible&) const = default;
};

}  // namespace deployctl::api
