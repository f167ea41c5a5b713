#include "engine/assemble.hpp"

#include <utility>

#include "sources/credentials.hpp"
#include "sources/reference_reader.hpp"
#include "sources/subtree.hpp"

namespace deployctl::engine {

namespace {

constexpr const char* kSshKey = "ssh-privatekey";
constexpr const char* kKnownHosts = "known_hosts";
constexpr const char* kVaultPassword = "password";

std::map<std::string, std::string> united(const std::map<std::string, std::string>& variables,
                                          const std::map<std::string, std::string>& env) {
  std::map<std::string, std::string> all = env;
  all.insert(variables.begin(), variables.end());
  return all;
}

Task<Result<std::string>> registry_config(Services& services, ports::References& references, ObjectKey key,
                                          std::optional<std::string> name, std::string field) {
  if (!name) co_return std::string();
  auto found =
      co_await sources::resolve_credential(references, key, std::move(field), {*name}, {sources::kRegistryKey});
  if (!found) co_return found.error();
  std::string config = std::move(found->at(sources::kRegistryKey));
  services.hide(key, "registry", sources::registry_secret_values(config));
  co_return config;
}

/// The values a module's own backend is completed with, never shown.
Task<Result<ports::KeyValues>> backend_config(Services& services, ports::References& references, ObjectKey key,
                                              api::DeploymentSpec spec) {
  if (!spec.terraform || !spec.terraform->backend_config_secret_ref) co_return ports::KeyValues{};
  auto values = co_await sources::resolve_credential(references, key, "spec.terraform.backendConfigSecretRef",
                                                     *spec.terraform->backend_config_secret_ref, {});
  if (!values) co_return values;
  std::vector<std::string> hidden;
  for (const auto& [attribute, value] : *values) hidden.push_back(value);
  services.hide(key, "backend", std::move(hidden));
  co_return values;
}

/// A credential; for a removal nothing when it is gone, which `left_out` then names.
Task<Result<ports::KeyValues>> login(ports::References& references, ObjectKey key, std::string field,
                                     std::optional<api::NameRef> secret, std::vector<std::string> keys,
                                     std::vector<std::string>* left_out) {
  if (!secret) co_return ports::KeyValues{};
  auto found = co_await sources::resolve_credential(references, std::move(key), std::move(field), *secret, keys);
  if (found || left_out == nullptr || found.error().kind != ErrorKind::DependencyNotReady) co_return found;
  left_out->push_back(sources::what_is_missing(found.error()));
  co_return ports::KeyValues{};
}

/// What ansible logs in and decrypts with, read now. What was read is hidden, also when the rest could not be.
Task<Result<void>> read_ansible_credentials(Services& services, ports::References& references, ObjectKey key,
                                            api::Ansible ansible, executors::Inputs& inputs,
                                            std::vector<std::string>* left_out) {
  auto shell = co_await login(references, key, "spec.ansible.sshSecretRef", ansible.ssh_secret_ref,
                              {kSshKey, kKnownHosts}, left_out);
  if (shell) {
    inputs.ssh_private_key = std::move((*shell)[kSshKey]);
    inputs.ssh_known_hosts = std::move((*shell)[kKnownHosts]);
  }
  auto vault = co_await login(references, key, "spec.ansible.vaultPasswordSecretRef", ansible.vault_password_secret_ref,
                              {kVaultPassword}, left_out);
  if (vault) inputs.vault_password = std::move((*vault)[kVaultPassword]);
  services.hide(key, "tool", {inputs.ssh_private_key, inputs.vault_password});
  if (!shell) co_return shell.error();
  if (!vault) co_return vault.error();
  co_return Result<void>();
}

executors::Step command_step(const api::Hook& hook, const executors::Inputs& inputs, std::string name) {
  process::Command command;
  command.argv = hook.command;
  command.env = united(inputs.variables, inputs.env);
  command.cwd = inputs.source_dir;
  return {.name = std::move(name),
          .work = std::move(command),
          .timeout = api::timeout_of(hook),
          .effect = executors::Effect::Once};
}

executors::Step http_step(const api::Hook& hook, sources::HttpCredentials credentials, std::string name) {
  ports::HttpRequest request;
  request.method = hook.http->method;
  request.url = hook.http->url;
  request.headers = std::move(credentials.headers);
  request.body = hook.http->body.value_or("");
  request.timeout = api::timeout_of(hook);
  const bool reads = request.method == "GET";
  return {.name = std::move(name),
          .work = std::move(request),
          .timeout = api::timeout_of(hook),
          .effect = reads ? executors::Effect::None : executors::Effect::Once};
}

}  // namespace

Task<Result<executors::Inputs>> assemble_inputs(Services& services, ports::References& references,
                                                api::Deployment object, history::Snapshot snapshot,
                                                sources::ResolvedVariables variables, std::string id,
                                                std::vector<std::string>* left_out) {
  executors::Inputs inputs;
  inputs.key = object.meta.key;
  inputs.uid = object.meta.uid;
  inputs.installation = services.options.installation;
  inputs.spec = snapshot.spec;
  inputs.digest = snapshot.digest;
  inputs.variables = std::move(variables.variables);
  inputs.env = std::move(variables.env);
  inputs.allow_cluster_scope = services.options.allow_cluster_scope;
  inputs.pins = snapshot.remembered.pins;
  if (snapshot.spec.type == api::Type::Kubernetes || snapshot.spec.type == api::Type::Terraform) {
    api::Deployment as_kept = object;
    as_kept.spec = snapshot.spec;
    auto access = co_await services.ports.cluster_access.access(as_kept, references);
    if (!access) co_return access.error();
    services.hide(object.meta.key, "kubeconfig", std::move(access->secret_values));
    inputs.kubeconfig = std::move(access->kubeconfig);
    inputs.allow_cluster_scope = inputs.allow_cluster_scope || !access->own_identity;
  }
  auto registry = co_await registry_config(
      services, references, object.meta.key, sources::registry_secret(snapshot.spec),
      snapshot.spec.docker_compose ? "spec.dockerCompose.registrySecretRef" : "spec.docker.registrySecretRef");
  if (!registry) co_return registry.error();
  inputs.registry_config = std::move(*registry);
  auto backend = co_await backend_config(services, references, object.meta.key, snapshot.spec);
  if (!backend) co_return backend.error();
  inputs.backend_config = std::move(*backend);
  if (snapshot.spec.ansible) {
    const auto read = co_await read_ansible_credentials(services, references, object.meta.key, *snapshot.spec.ansible,
                                                        inputs, left_out);
    if (!read) co_return read.error();
  }
  if (!snapshot.source.empty()) {
    auto files = sources::subtree(snapshot.source, snapshot.spec.path);
    if (!files) co_return files.error();
    inputs.files = std::make_shared<const ports::SourceTree>(std::move(*files));
  }
  const executors::Executor* executor = services.ports.executors.find(snapshot.spec.type);
  const bool keeps = executor != nullptr && executor->keeps_source() && !snapshot.source.empty();
  ports::SourceTree own = keeps ? ports::SourceTree{} : std::move(snapshot.source);
  auto directory = co_await services.workspaces.create(std::move(id), std::move(own), snapshot.spec.path);
  if (!directory) co_return directory.error();
  inputs.work_dir = std::move(directory->directory);
  inputs.source_dir = std::move(directory->source_dir);
  if (!keeps) co_return inputs;
  auto kept = co_await services.workspaces.keep({.key = object.meta.key,
                                                 .digest = snapshot.digest,
                                                 .sha256 = snapshot.source_sha256,
                                                 .files = std::move(snapshot.source),
                                                 .path = snapshot.spec.path});
  if (!kept) co_return kept.error();
  inputs.source_dir = std::move(*kept);
  co_return inputs;
}

Task<Result<sources::ResolvedVariables>> values_of(Services& services, ports::References& references, ObjectKey key,
                                                   history::Snapshot snapshot, sources::Missing missing) {
  auto values = co_await sources::restore_variables(references, key, snapshot.spec, snapshot.pinned, missing);
  if (values) services.ports.secrets.replace(key, values->secret_values);
  co_return values;
}

Task<Result<std::vector<health::Check>>> prepare_checks(Services& services, ObjectKey key, std::string list,
                                                        std::vector<api::HealthCheck> checks,
                                                        std::map<std::string, std::string> env) {
  std::vector<health::Check> prepared;
  std::vector<std::string> secrets;
  for (const api::HealthCheck& check : checks) {
    const std::string field = "spec.health." + list + "[" + check.name + "]";
    if (check.command)
      if (auto allowed = services.allows("command", key.ns); !allowed) co_return allowed.error();
    health::CheckInputs inputs{.headers = {}, .ca_pem = {}, .env = env};
    if (check.http) {
      auto credentials = co_await sources::resolve_credentials(services.ports.references, key, field + ".http",
                                                               check.http->headers, check.http->ca_secret_ref);
      if (!credentials) co_return credentials.error();
      secrets.insert(secrets.end(), credentials->secret_values.begin(), credentials->secret_values.end());
      inputs.headers = std::move(credentials->headers);
      inputs.ca_pem = std::move(credentials->ca_pem);
    }
    auto ready = health::prepare_check(field, check, std::move(inputs));
    if (!ready) co_return ready.error();
    prepared.push_back(std::move(*ready));
  }
  if (!secrets.empty()) services.hide(key, list, std::move(secrets));
  co_return prepared;
}

Task<Result<std::vector<PreparedHook>>> prepare_hooks(Services& services, ObjectKey key, std::string step,
                                                      std::vector<api::Hook> hooks, executors::Inputs inputs) {
  std::vector<PreparedHook> prepared;
  std::vector<std::string> secrets;
  for (const api::Hook& hook : hooks) {
    PreparedHook ready;
    ready.name = hook.name;
    ready.ignore_failure = hook.on_failure == api::Hook::OnFailure::Ignore;
    if (hook.http) {
      const std::string field = "hook " + hook.name;
      auto credentials = co_await sources::resolve_credentials(services.ports.references, key, field,
                                                               hook.http->headers, std::nullopt);
      if (!credentials) co_return credentials.error();
      secrets.insert(secrets.end(), credentials->secret_values.begin(), credentials->secret_values.end());
      auto expected = health::StatusRanges::parse(hook.http->expected_status);
      if (!expected) co_return expected.error().with_context(field);
      ready.expected_status = std::move(*expected);
      ready.step = http_step(hook, std::move(*credentials), step);
    } else {
      if (auto allowed = services.allows("command", key.ns); !allowed) co_return allowed.error();
      ready.step = command_step(hook, inputs, step);
    }
    prepared.push_back(std::move(ready));
  }
  if (!secrets.empty()) services.hide(key, step, std::move(secrets));
  co_return prepared;
}

}  // namespace deployctl::engine
