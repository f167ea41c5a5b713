#include "terraform/backend.hpp"

#include <algorithm>
#include <array>

#include "api/constants.hpp"
#include "base/text.hpp"
#include "terraform/hcl.hpp"

namespace deployctl::terraform {
namespace {

constexpr std::string_view kOverride = "deployctl_backend_override";
/// Not a number at the end: the tool keeps such names for the parts of a large state.
constexpr std::string_view kSuffixEnd = "-deployctl";
constexpr std::size_t kLongestLabel = 63;

using Policy = api::Terraform::Backend;

Error invalid(std::string message) { return fail(ErrorKind::Invalid, std::move(message)); }

const api::Terraform& block(const executors::Inputs& inputs) {
  static const api::Terraform kDefaults;
  return inputs.spec.terraform ? *inputs.spec.terraform : kDefaults;
}

bool is_in_root(const std::string& path) { return path.find('/') == std::string::npos; }

/// "main.tf" of "main.tofu".
std::string replaced_by(const std::string& tofu_file) {
  const bool json = tofu_file.ends_with(".tofu.json");
  const std::size_t end = tofu_file.size() - (json ? 10 : 5);
  return tofu_file.substr(0, end) + (json ? ".tf.json" : ".tf");
}

/// The files of the module the tool reads, JSON ones too.
std::vector<std::string> module_files(const ports::SourceTree& files, Tool tool) {
  std::vector<std::string> read;
  std::vector<std::string> replaced;
  for (const auto& [path, file] : files) {
    if (!is_in_root(path)) continue;
    const bool tofu_only = path.ends_with(".tofu") || path.ends_with(".tofu.json");
    const bool both = path.ends_with(".tf") || path.ends_with(".tf.json");
    if (both || (tofu_only && tool == Tool::Tofu)) read.push_back(path);
    if (tofu_only && tool == Tool::Tofu) replaced.push_back(replaced_by(path));
  }
  std::erase_if(read, [&](const std::string& path) { return std::ranges::find(replaced, path) != replaced.end(); });
  return read;
}

Result<std::vector<BackendBlock>> declared(const ports::SourceTree& files, Tool tool) {
  const std::vector<std::string> names = module_files(files, tool);
  if (names.empty())
    return invalid("the source has no *.tf file" +
                   std::string(files.empty() ? "" : " at its top level: set spec.path to the module's directory"));
  std::vector<BackendBlock> all;
  for (const std::string& name : names) {
    const std::string& text = files.at(name).bytes;
    auto found = name.ends_with(".json") ? backend_blocks_in_json(name, text) : backend_blocks(name, text);
    if (!found) return found.error();
    std::ranges::move(*found, std::back_inserter(all));
  }
  return all;
}

std::optional<Error> refused_file(const ports::SourceTree& files) {
  for (const auto& [path, file] : files) {
    if (path.starts_with(kOverride)) return invalid(path + ": this name is kept for the controller; rename the file");
    const bool state = path == "terraform.tfstate" || path == "errored.tfstate" ||
                       path.starts_with("terraform.tfstate.d/") || path == ".terraform/terraform.tfstate";
    if (state)
      return invalid(path + ": a state file lies beside the module, and what it knows would be built a second time: " +
                     "move the state into a backend and remove the file");
  }
  return std::nullopt;
}

/// What the tool takes: backendConfigSecretRef, the block, spec.env, and where none of them says it, ours.
std::optional<Error> refused_namespace(const executors::Inputs& inputs, const BackendBlock& own) {
  if (own.type != "kubernetes" || inputs.allow_cluster_scope) return std::nullopt;
  std::string where = own.where;
  std::string ns = own.ns.value_or(inputs.key.ns);
  if (const auto set = inputs.env.find(std::string(kNamespaceVariable)); !own.ns && set != inputs.env.end()) {
    where = "spec.env " + set->first;
    ns = set->second;
  }
  if (const auto set = inputs.backend_config.find("namespace"); set != inputs.backend_config.end()) {
    where = "spec.terraform.backendConfigSecretRef";
    ns = set->second;
  }
  if (ns == inputs.key.ns) return std::nullopt;
  const std::string named = ns.empty() ? "a namespace that is no plain text" : "namespace \"" + ns + "\"";
  return fail(ErrorKind::AccessDenied, where + ": the state would be kept in " + named + ", not in \"" + inputs.key.ns +
                                           "\" of this object: remove it, or let the controller run with "
                                           "--allow-cluster-scope");
}

/// These are for the module's providers; a backend that is told its kubeconfig and namespace does not follow them.
constexpr std::array<std::string_view, 3> kHarmless = {"KUBE_CONFIG_PATH", "KUBE_CONFIG_PATHS", kNamespaceVariable};

/// The backend takes from the environment what its settings do not say: another server would get our credentials, or
/// the state would go elsewhere.
std::optional<Error> refused_variable(const executors::Inputs& inputs, const Backend& backend) {
  if (!backend.uses_kubeconfig()) return std::nullopt;
  for (const auto& [name, value] : inputs.env)
    if (name.starts_with("KUBE_") && std::ranges::find(kHarmless, name) == kHarmless.end())
      return invalid("spec.env " + name +
                     ": the state is kept in the cluster, and its backend would follow this variable elsewhere: name a "
                     "kubeconfig for the module's providers with KUBE_CONFIG_PATH, or write it into the provider's "
                     "block");
  return std::nullopt;
}

bool has_own_access(const executors::Inputs& inputs, const std::vector<BackendBlock>& blocks) {
  return std::ranges::any_of(blocks, &BackendBlock::own_access) ||
         std::ranges::any_of(inputs.backend_config, [](const auto& value) { return is_own_access(value.first); });
}

Result<Backend> allowed(const executors::Inputs& inputs, Backend backend) {
  if (auto refused = refused_variable(inputs, backend)) return *refused;
  return backend;
}

}  // namespace

std::string_view program(Tool tool) { return tool == Tool::Tofu ? "tofu" : "terraform"; }

Result<Backend> backend_of(const executors::Inputs& inputs, Tool tool) {
  if (!inputs.files || inputs.files->empty()) return invalid("spec.source: a terraform deployment needs a module");
  if (auto refused = refused_file(*inputs.files)) return *refused;
  const auto found = declared(*inputs.files, tool);
  if (!found) return found.error();
  const Policy policy = block(inputs).backend;
  if (!found->empty()) {
    const BackendBlock& own = found->back();
    // Any of them: which one an override file makes the tool use is not in the order of the files.
    if (const auto local = std::ranges::find(*found, "local", &BackendBlock::type); local != found->end())
      return invalid(local->where + ": backend \"local\" keeps the state in a directory that does not last: use " +
                     "another backend, or none at all to have the state in a Secret");
    if (policy == Policy::Kubernetes)
      return invalid("spec.terraform.backend: Kubernetes, but " + own.where + " declares backend \"" + own.type +
                     "\": remove one of the two (an empty state would build everything twice)");
    for (const BackendBlock& each : *found)
      if (auto refused = refused_namespace(inputs, each)) return *refused;
    return allowed(inputs, {.ours = false, .type = own.type, .own_access = has_own_access(inputs, *found)});
  }
  if (policy == Policy::Module)
    return invalid("spec.terraform.backend: Module, but the module declares no backend: add one, or leave it to Auto");
  if (!inputs.backend_config.empty() || block(inputs).backend_config_secret_ref)
    return invalid("spec.terraform.backendConfigSecretRef: the module declares no backend to configure");
  return allowed(inputs, {.ours = true, .type = "kubernetes"});
}

std::string state_suffix(const ObjectKey& key) {
  return bounded_name(key.name, kLongestLabel - kSuffixEnd.size()) + std::string(kSuffixEnd);
}

std::string lock_name(const executors::Inputs& inputs) {
  return "lock-tfstate-" + block(inputs).workspace.value_or("default") + "-" + state_suffix(inputs.key);
}

process::CommandFile backend_file(const executors::Inputs& inputs) {
  std::string folder = inputs.source_dir;
  if (folder.starts_with(inputs.work_dir + "/")) folder.erase(0, inputs.work_dir.size() + 1);
  Json labels = {{std::string(api::labels::kInstallation), inputs.installation}};
  if (inputs.key.name.size() <= kLongestLabel) labels[std::string(api::labels::kName)] = inputs.key.name;
  Json settings = {{"namespace", inputs.key.ns}, {"secret_suffix", state_suffix(inputs.key)}, {"labels", labels}};
  if (!inputs.kubeconfig.empty()) settings["config_path"] = kKubeconfigSetting;
  const Json file = {{"terraform", {{"backend", {{"kubernetes", settings}}}}}};
  return {.path = folder + "/" + std::string(kOverride) + ".tf.json", .bytes = dump_json(file)};
}

}  // namespace deployctl::terraform
