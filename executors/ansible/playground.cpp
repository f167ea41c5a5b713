#include "ansible/playground.hpp"

#include <algorithm>
#include <array>

#include "ansible/callback.hpp"

namespace deployctl::ansible {
namespace {

using executors::Inputs;
using process::CommandFile;

constexpr std::string_view kOurs = "ansible/";  ///< our files, below the operation's directory
constexpr std::string_view kCopy = "play";

/// Folders that ansible finds beside a playbook or in a role, and whose code changes ansible itself: what it prints,
/// how it connects, what a task does.
constexpr std::array<std::string_view, 11> kIgnored = {"callback_plugins",   "action_plugins",  "strategy_plugins",
                                                       "connection_plugins", "become_plugins",  "cache_plugins",
                                                       "inventory_plugins",  "cliconf_plugins", "httpapi_plugins",
                                                       "netconf_plugins",    "terminal_plugins"};

bool is_ignored(std::string_view path) {
  for (std::size_t start = 0; start < path.size();) {
    const std::size_t end = path.find('/', start);
    if (end == std::string_view::npos) return false;
    if (std::ranges::find(kIgnored, path.substr(start, end - start)) != kIgnored.end()) return true;
    start = end + 1;
  }
  return false;
}

bool needs_copy(const Inputs& in) {
  return in.files && std::ranges::any_of(*in.files, [](const auto& file) { return is_ignored(file.first); });
}

std::string ours(const Inputs& in, std::string_view name) {
  return in.work_dir + "/" + std::string(kOurs) + std::string(name);
}

/// ssh refuses a key whose last line does not end.
std::string ended(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

}  // namespace

const api::Ansible& block(const Inputs& inputs) {
  static const api::Ansible none;
  return inputs.spec.ansible ? *inputs.spec.ansible : none;
}

std::string playing_directory(const Inputs& in) {
  return needs_copy(in) ? in.work_dir + "/" + std::string(kCopy) : in.source_dir;
}

std::vector<CommandFile> copied_source(const Inputs& in) {
  std::vector<CommandFile> copies;
  if (!needs_copy(in)) return copies;
  for (const auto& [path, file] : *in.files)
    if (!is_ignored(path))
      copies.push_back(
          {.path = std::string(kCopy) + "/" + path, .bytes = file.bytes, .mode = file.executable ? 0700U : 0600U});
  return copies;
}

std::vector<CommandFile> files(const Inputs& in) {
  const auto at = [](std::string_view name) { return std::string(kOurs) + std::string(name); };
  std::vector<CommandFile> files = {
      {.path = at("ansible.cfg"), .bytes = {}},
      {.path = at("plugins/") + std::string(kCallbackName) + ".py", .bytes = std::string(callback_text())},
      {.path = at("known_hosts"), .bytes = ended(in.ssh_known_hosts)},
      {.path = at("variables.json"), .bytes = extra_vars(in)}};
  if (const auto& text = block(in).inventory.inline_text)
    files.push_back({.path = at("inventory"), .bytes = ended(*text)});
  if (!in.ssh_private_key.empty()) files.push_back({.path = at("private_key"), .bytes = ended(in.ssh_private_key)});
  if (!in.vault_password.empty()) files.push_back({.path = at("vault_password"), .bytes = ended(in.vault_password)});
  return files;
}

std::string callback_directory(const Inputs& in) { return ours(in, "plugins"); }
std::string configuration_file(const Inputs& in) { return ours(in, "ansible.cfg"); }
std::string known_hosts_file(const Inputs& in) { return ours(in, "known_hosts"); }
std::string private_key_file(const Inputs& in) { return ours(in, "private_key"); }
std::string variables_file(const Inputs& in) { return ours(in, "variables.json"); }
std::string vault_password_file(const Inputs& in) { return ours(in, "vault_password"); }
std::string inventory(const Inputs& in) {
  const auto& path = block(in).inventory.path;
  return path ? playing_directory(in) + "/" + *path : ours(in, "inventory");
}

std::string extra_vars(const Inputs& in) {
  Json all = Json::object();
  for (const auto& [name, value] : in.variables) all[name] = Json{{"__ansible_unsafe", value}};
  return all.dump(-1, ' ', true, Json::error_handler_t::replace);
}

std::optional<Error> missing_file(const Inputs& in, const std::string& field, const std::string& path) {
  const bool there = in.files && std::ranges::any_of(*in.files, [&](const auto& file) {
                       return file.first == path || file.first.starts_with(path + "/");
                     });
  if (there) return std::nullopt;
  return fail(ErrorKind::Invalid,
              "spec.ansible." + field + ": the source has no \"" + path + "\" (looked for below spec.path)");
}

}  // namespace deployctl::ansible
