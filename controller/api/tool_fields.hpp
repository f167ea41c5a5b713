#pragma once

// The tool blocks' part of the table of fields.hpp.

#include "api/fields.hpp"

namespace deployctl::api {

template <>
struct Fields<DockerHost> {
  static void visit(auto&& field) {
    field("endpoint", &DockerHost::endpoint, rules::text(512, kEndpoint));
    field("tlsSecretRef", &DockerHost::tls_secret_ref, rules::credential());
    field("sshSecretRef", &DockerHost::ssh_secret_ref, rules::credential());
  }
};
template <>
struct Fields<DockerBuild> {
  static void visit(auto&& field) {
    field("context", &DockerBuild::context, rules::inner_path());
    field("dockerfile", &DockerBuild::dockerfile, rules::inner_path());
    field("args", &DockerBuild::args,
          FieldRules{.format = &kText, .keys = &kVariableName, .max_length = 4096, .max_items = 64});
    field("target", &DockerBuild::target, rules::argument(128, kWord));
  }
};
template <>
struct Fields<DockerPort> {
  static void visit(auto&& field) {
    field("container", &DockerPort::container, rules::required(rules::number(1, 65535)));
    field("host", &DockerPort::host, rules::number(1, 65535));
    field("hostIP", &DockerPort::host_ip, FieldRules{.format = &kIpAddress, .min_length = 1, .max_length = 45});
    field("protocol", &DockerPort::protocol, rules::one_of(words::kProtocols));
  }
};
template <>
struct Fields<DockerVolume> {
  static void visit(auto&& field) {
    field("source", &DockerVolume::source, rules::required(rules::argument(1024, kVolumeSource)));
    field("target", &DockerVolume::target,
          rules::required({.format = &kAbsolutePath, .min_length = 1, .max_length = 1024}));
    field("readOnly", &DockerVolume::read_only, FieldRules{});
  }
};
template <>
struct Fields<Docker> {
  static void visit(auto&& field) {
    field("image", &Docker::image, rules::argument(512, kImageName));
    field("build", &Docker::build, FieldRules{});
    field("ports", &Docker::ports, rules::objects(64));
    field("command", &Docker::command, rules::list(128, rules::text(4096, kText)));
    field("volumes", &Docker::volumes, rules::objects(64));
    field("network", &Docker::network, rules::argument(128, kWord));
    field("restartPolicy", &Docker::restart_policy, rules::one_of(words::kRestartPolicies));
    field("user", &Docker::user, rules::argument(128, kWord));
    field("memory", &Docker::memory, FieldRules{.format = &kMemory, .min_length = 1, .max_length = 16});
    field("cpus", &Docker::cpus, FieldRules{.format = &kCpus, .min_length = 1, .max_length = 16});
    field("pull", &Docker::pull, FieldRules{});
    field("registrySecretRef", &Docker::registry_secret_ref, rules::credential());
    field("host", &Docker::host, FieldRules{});
  }
};
template <>
struct Fields<DockerCompose> {
  static void visit(auto&& field) {
    field("files", &DockerCompose::files, rules::list(16, rules::inner_path()));
    field("project", &DockerCompose::project, rules::argument(63, kWord));
    field("profiles", &DockerCompose::profiles, rules::list(32, rules::argument(128, kWord)));
    field("services", &DockerCompose::services, rules::list(64, rules::argument(128, kWord)));
    field("build", &DockerCompose::build, FieldRules{});
    field("pull", &DockerCompose::pull, FieldRules{});
    field("removeOrphans", &DockerCompose::remove_orphans, FieldRules{});
    field("waitTimeout", &DockerCompose::wait_timeout, FieldRules{});
    field("registrySecretRef", &DockerCompose::registry_secret_ref, rules::credential());
    field("host", &DockerCompose::host, FieldRules{});
  }
};
template <>
struct Fields<KubeConfig> {
  static void visit(auto&& field) { field("secretRef", &KubeConfig::secret_ref, rules::required({})); }
};
template <>
struct Fields<Kubernetes> {
  static void visit(auto&& field) {
    field("namespace", &Kubernetes::ns, FieldRules{.format = &kDnsLabel, .min_length = 1, .max_length = 63});
    field("kustomize", &Kubernetes::kustomize, FieldRules{});
    field("prune", &Kubernetes::prune, FieldRules{});
    field("force", &Kubernetes::force, FieldRules{});
    field("wait", &Kubernetes::wait, FieldRules{});
    field("substitute", &Kubernetes::substitute, FieldRules{});
    field("kubeConfig", &Kubernetes::kube_config, rules::credential());
  }
};
template <>
struct Fields<Terraform> {
  static void visit(auto&& field) {
    field("binary", &Terraform::binary, rules::one_of(words::kBinaries));
    field("varFiles", &Terraform::var_files, rules::list(32, rules::inner_path()));
    field("autoApprove", &Terraform::auto_approve, FieldRules{});
    field("workspace", &Terraform::workspace, rules::argument(90, kWord));
    field("backend", &Terraform::backend, FieldRules{});
    field("backendConfigSecretRef", &Terraform::backend_config_secret_ref, FieldRules{});
    field("parallelism", &Terraform::parallelism, rules::number(1, 256));
    field("maxDestroy", &Terraform::max_destroy, rules::number(0, 100000));
    field("lockTimeout", &Terraform::lock_timeout, rules::from_zero());
    field("forceUnlock", &Terraform::force_unlock, FieldRules{});
  }
};
template <>
struct Fields<Ansible::Inventory> {
  static void visit(auto&& field) {
    field("path", &Ansible::Inventory::path, rules::inner_path());
    field("inline", &Ansible::Inventory::inline_text, rules::text(65536, kText));
  }
};
template <>
struct Fields<Ansible> {
  static void visit(auto&& field) {
    field("playbook", &Ansible::playbook, rules::required(rules::inner_path()));
    field("inventory", &Ansible::inventory, rules::required({}));
    field("vaultPasswordSecretRef", &Ansible::vault_password_secret_ref, rules::credential());
    field("sshSecretRef", &Ansible::ssh_secret_ref, rules::credential());
    field("limit", &Ansible::limit, rules::argument(512, kLine));
    field("tags", &Ansible::tags, rules::list(64, rules::argument(128, kWord)));
    field("skipTags", &Ansible::skip_tags, rules::list(64, rules::argument(128, kWord)));
    field("forks", &Ansible::forks, rules::number(1, 500));
    field("become", &Ansible::become, FieldRules{});
    field("requirements", &Ansible::requirements, rules::inner_path());
    field("destroyPlaybook", &Ansible::destroy_playbook, rules::inner_path());
    field("rollbackPlaybook", &Ansible::rollback_playbook, rules::inner_path());
  }
};

}  // namespace deployctl::api
