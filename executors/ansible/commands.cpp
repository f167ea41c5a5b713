#include "ansible/commands.hpp"

#include <utility>

#include "ansible/callback.hpp"
#include "ansible/playground.hpp"

namespace deployctl::ansible {
namespace {

using executors::Effect;
using executors::Inputs;
using executors::Step;

constexpr std::size_t kEvents = 1024U * 1024;        ///< the recap stands at the end of the tail
constexpr std::size_t kHostList = 4U * 1024 * 1024;  ///< what --list-hosts prints
/// A socket's name has 107 characters: ansible adds "/" and 10, ssh "." and 16 while it makes it.
constexpr std::size_t kLongestSocketDirectory = 75;
constexpr Duration kLookTimeout = std::chrono::minutes(5);
constexpr Duration kInstallTimeout = std::chrono::minutes(10);

std::string socket_directory(const Inputs& in) { return in.work_dir + "/ssh"; }

/// One connection per host where its socket's name fits, else one per action. Either way it ends with the run.
std::string ssh_arguments(const Inputs& in) {
  const bool shares = socket_directory(in).size() <= kLongestSocketDirectory;
  std::string arguments = shares ? "-o ControlMaster=auto -o ControlPersist=60s" : "-o ControlMaster=no";
  arguments += " -o StrictHostKeyChecking=yes -o GlobalKnownHostsFile=/dev/null -o IdentitiesOnly=yes -o BatchMode=yes";
  arguments += " -o ServerAliveInterval=15 -o ServerAliveCountMax=4";
  return arguments + " -o UserKnownHostsFile=\"" + known_hosts_file(in) + "\"";
}

std::map<std::string, std::string> environment(const Inputs& in) {
  std::map<std::string, std::string> env = in.env;
  const std::map<std::string, std::string> ours = {
      {"ANSIBLE_CONFIG", configuration_file(in)},
      {"ANSIBLE_CALLBACK_PLUGINS", callback_directory(in)},
      {"ANSIBLE_STDOUT_CALLBACK", std::string(kCallbackName)},
      {"ANSIBLE_CALLBACKS_ENABLED", ""},
      {"ANSIBLE_HOST_KEY_CHECKING", "True"},
      {"ANSIBLE_SSH_ARGS", ssh_arguments(in)},
      {"ANSIBLE_SSH_CONTROL_PATH_DIR", socket_directory(in)},
      {"ANSIBLE_PIPELINING", "False"},  // with a terminal, what runs on a host hangs up with us
      {"ANSIBLE_SSH_USETTY", "True"},
      {"ANSIBLE_INVENTORY_ENABLED", "script,auto,yaml,ini,toml"},
      {"ANSIBLE_INVENTORY_UNPARSED_FAILED", "True"},
      {"ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED", "True"},
      {"ANSIBLE_RETRY_FILES_ENABLED", "False"},
      {"ANSIBLE_NO_TARGET_SYSLOG", "True"},  // a module's arguments hold values of Secrets
      {"ANSIBLE_DEPRECATION_WARNINGS", "False"},
      {"ANSIBLE_NOCOLOR", "1"},
      {"PYTHONDONTWRITEBYTECODE", "1"}};
  for (const auto& [name, value] : ours) env.insert_or_assign(name, value);
  if (!in.ssh_private_key.empty()) env.insert_or_assign("ANSIBLE_PRIVATE_KEY_FILE", private_key_file(in));
  if (!in.vault_password.empty()) env.insert_or_assign("ANSIBLE_VAULT_PASSWORD_FILE", vault_password_file(in));
  return env;
}

std::string joined(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : ",") + word;
  return text;
}

process::Command ansible(const Inputs& in, std::vector<std::string> argv) {
  process::Command command;
  command.argv = std::move(argv);
  command.env = environment(in);
  command.cwd = playing_directory(in);
  command.files = files(in);
  return command;
}

/// `more` stands before the playbook.
process::Command playbook_command(const Inputs& in, const std::string& playbook, std::vector<std::string> more = {}) {
  const api::Ansible& spec = block(in);
  std::vector<std::string> argv = {"ansible-playbook", "--inventory=" + inventory(in),
                                   "--extra-vars=@" + variables_file(in), "--forks=" + std::to_string(spec.forks)};
  if (spec.become) argv.emplace_back("--become");
  if (spec.limit) argv.push_back("--limit=" + *spec.limit);
  if (!spec.tags.empty()) argv.push_back("--tags=" + joined(spec.tags));
  if (!spec.skip_tags.empty()) argv.push_back("--skip-tags=" + joined(spec.skip_tags));
  for (std::string& word : more) argv.push_back(std::move(word));
  argv.push_back(playing_directory(in) + "/" + playbook);
  process::Command command = ansible(in, std::move(argv));
  command.stdout_capture = {process::Capture::Kind::Tail, kEvents};
  return command;
}

Step once(const Inputs& in, std::string name, process::Command command) {
  return {.name = std::move(name),
          .work = std::move(command),
          .timeout = in.rollback ? api::rollback_timeout_of(in.spec) : in.spec.timeout,
          .effect = Effect::Once};
}

}  // namespace

Step install_requirements(const Inputs& in) {
  const std::string file = playing_directory(in) + "/" + block(in).requirements.value_or("");
  process::Command command = ansible(in, {"ansible-galaxy", "install", "--role-file=" + file});
  for (process::CommandFile& copy : copied_source(in)) command.files.push_back(std::move(copy));
  return {.name = "requirements", .work = std::move(command), .timeout = kInstallTimeout, .effect = Effect::None};
}

Step look_at(const Inputs& in, const std::string& playbook) {
  process::Command command = playbook_command(in, playbook, {"--list-hosts"});
  command.stdout_capture = process::whole(kHostList);
  for (process::CommandFile& copy : copied_source(in)) command.files.push_back(std::move(copy));
  return {.name = "syntax-check", .work = std::move(command), .timeout = kLookTimeout, .effect = Effect::None};
}

Step check(const Inputs& in, const std::string& playbook) {
  return {.name = "drift",
          .work = playbook_command(in, playbook, {"--check"}),
          .timeout = in.spec.timeout,
          .effect = Effect::None};
}

Step play(const Inputs& in, std::string name, const std::string& playbook) {
  return once(in, std::move(name), playbook_command(in, playbook));
}

Step play_back(const Inputs& in) {
  const Json revisions = {{"deployctl_from_revision", in.abandoned_revision},
                          {"deployctl_to_revision", in.restored_revision}};
  return once(in, "rollback-playbook",
              playbook_command(in, block(in).rollback_playbook.value_or(""), {"--extra-vars=" + revisions.dump()}));
}

}  // namespace deployctl::ansible
