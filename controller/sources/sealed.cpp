#include "sources/sealed.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "ports/attachment.hpp"
#include "sources/credentials.hpp"
#include "sources/variables.hpp"

namespace deployctl::sources {
namespace {

struct Wanted {
  std::set<std::string> keys;
  bool all_keys = false;
  bool whole = false;
};
struct WantedObjects {
  std::map<std::string, Wanted> secrets;
  std::map<std::string, Wanted> config_maps;
};

void want(WantedObjects& wanted, const std::vector<api::Variable>& variables) {
  for (const api::Variable& variable : variables) {
    if (!variable.value_from) continue;
    const auto& [secret, config_map, output] = *variable.value_from;
    if (is_pinned(variable.track, secret.has_value())) continue;
    if (secret) wanted.secrets[secret->name].keys.insert(secret->key);
    if (config_map) wanted.config_maps[config_map->name].keys.insert(config_map->key);
    if (output)
      wanted.secrets[ports::attachment_name(output->deployment, ports::Attachment::Outputs)].keys.insert(
          output->output);
  }
}

void want(WantedObjects& wanted, const std::vector<api::VariablesFrom>& all) {
  for (const api::VariablesFrom& from : all) {
    const auto& ref = from.secret_ref ? from.secret_ref : from.config_map_ref;
    if (!ref || is_pinned(from.track, from.secret_ref.has_value())) continue;
    Wanted& object = (from.secret_ref ? wanted.secrets : wanted.config_maps)[ref->name];
    object.all_keys = object.whole = true;
  }
}

WantedObjects wanted_by(const api::DeploymentSpec& spec) {
  WantedObjects wanted;
  want(wanted, spec.variables);
  want(wanted, spec.env);
  want(wanted, spec.variables_from);
  want(wanted, spec.env_from);
  if (const auto registry = registry_secret(spec)) wanted.secrets[*registry].keys.insert(kRegistryKey);
  if (spec.kubernetes && spec.kubernetes->kube_config) {
    Wanted& object = wanted.secrets[spec.kubernetes->kube_config->secret_ref.name];
    object.keys.insert({"value", "kubeconfig"});
    object.whole = true;
  }
  if (spec.terraform && spec.terraform->backend_config_secret_ref) {
    Wanted& object = wanted.secrets[spec.terraform->backend_config_secret_ref->name];
    object.all_keys = object.whole = true;
  }
  if (spec.ansible) {
    if (spec.ansible->ssh_secret_ref)
      wanted.secrets[spec.ansible->ssh_secret_ref->name].keys.insert({"ssh-privatekey", "known_hosts"});
    if (spec.ansible->vault_password_secret_ref)
      wanted.secrets[spec.ansible->vault_password_secret_ref->name].keys.insert("password");
  }
  return wanted;
}

ports::SealedObject copy_of(const ports::KeyValues& values, const Wanted& wanted) {
  ports::SealedObject copy{.values = {}, .whole = wanted.whole};
  for (const auto& [key, value] : values)
    if (wanted.all_keys || wanted.keys.contains(key)) copy.values.emplace(key, value);
  return copy;
}

std::size_t size_of(const ports::SealedObject& object) {
  std::size_t size = 0;
  for (const auto& [key, value] : object.values) size += key.size() + value.size();
  return size;
}

/// Keeps the copy while there is room.
void keep(ports::SealedObject copy, const std::string& kind, const std::string& name, std::size_t& room,
          std::map<std::string, ports::SealedObject>& kept, Seal& seal) {
  const std::size_t size = size_of(copy);
  if (size > room) {
    seal.left_out.push_back(kind + " " + name);
    return;
  }
  room -= size;
  kept.emplace(name, std::move(copy));
}

}  // namespace

Task<Result<Seal>> seal(ports::References& references, ObjectKey key, api::DeploymentSpec spec) {
  const WantedObjects wanted = wanted_by(spec);
  Seal sealed;
  std::size_t room = kMaxSealedBytes;
  for (const auto& [name, parts] : wanted.secrets) {
    auto found = co_await references.secret(key, name);
    if (!found) co_return found.error();
    if (const auto& live = *found) keep(copy_of(*live, parts), "Secret", name, room, sealed.values.secrets, sealed);
  }
  for (const auto& [name, parts] : wanted.config_maps) {
    auto found = co_await references.config_map(key, name);
    if (!found) co_return found.error();
    if (const auto& live = *found)
      keep(copy_of(*live, parts), "ConfigMap", name, room, sealed.values.config_maps, sealed);
  }
  co_return sealed;
}

std::optional<ports::KeyValues> SealedReferences::complete(std::optional<ports::KeyValues> live,
                                                           const ports::SealedObject* copy, const std::string& called) {
  if (copy == nullptr || (live && copy->whole)) return live;
  ports::KeyValues values = live ? std::move(*live) : ports::KeyValues{};
  const std::size_t before = values.size();
  values.insert(copy->values.begin(), copy->values.end());
  const bool helped = !live || values.size() > before;
  if (helped && std::ranges::find(used_, called) == used_.end()) used_.push_back(called);
  return values;
}

Task<Result<std::optional<ports::KeyValues>>> SealedReferences::secret(ObjectKey dependent, std::string name) {
  auto live = co_await live_.secret(std::move(dependent), name);
  if (!live) co_return live;
  const auto copy = sealed_.secrets.find(name);
  co_return complete(std::move(*live), copy == sealed_.secrets.end() ? nullptr : &copy->second, "Secret " + name);
}

Task<Result<std::optional<ports::KeyValues>>> SealedReferences::config_map(ObjectKey dependent, std::string name) {
  auto live = co_await live_.config_map(std::move(dependent), name);
  if (!live) co_return live;
  const auto copy = sealed_.config_maps.find(name);
  co_return complete(std::move(*live), copy == sealed_.config_maps.end() ? nullptr : &copy->second,
                     "ConfigMap " + name);
}

}  // namespace deployctl::sources
