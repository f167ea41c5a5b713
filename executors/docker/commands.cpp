#include "docker/commands.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <utility>

#include "docker/names.hpp"

namespace deployctl::docker {
namespace {

using executors::Effect;
using executors::Inputs;
using executors::Step;
using std::chrono::minutes;
using std::chrono::seconds;

std::string escaped(const std::string& name) {
  std::string pattern;
  for (const char c : name) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
  return pattern;
}

/// `--env=NAME` takes the value from the environment of the command; `--env-file` is for names docker itself obeys.
void add_variables(const Inputs& in, process::Command& command) {
  constexpr std::string_view kFile = "container.env";
  std::string lines;
  for (const auto& [name, value] : in.variables) {
    if (is_read_by_docker(name)) {
      lines += name + "=" + value + "\n";
    } else {
      command.argv.push_back("--env=" + name);
      command.env.insert_or_assign(name, value);
    }
  }
  if (lines.empty()) return;
  command.files.push_back({.path = std::string(kFile), .bytes = std::move(lines)});
  command.argv.push_back("--env-file=" + in.work_dir + "/" + std::string(kFile));
}

std::string published(const api::DockerPort& port) {
  std::string address = port.host_ip.value_or("");
  if (address.find(':') != std::string::npos) address = "[" + address + "]";
  if (!address.empty()) address += ":";
  return address + std::to_string(port.host.value_or(port.container)) + ":" + std::to_string(port.container) + "/" +
         port.protocol;
}

std::string mounted(const api::DockerVolume& volume) {
  const std::string type = volume.source.starts_with('/') ? "bind" : "volume";
  return "type=" + type + ",source=" + volume.source + ",target=" + volume.target +
         (volume.read_only ? ",readonly" : "");
}

void add_option(std::vector<std::string>& argv, const std::string& name, const std::optional<std::string>& value) {
  if (value) argv.push_back("--" + name + "=" + *value);
}

std::string below(std::string root, const std::string& path) {
  if (path.empty() || path == ".") return root;
  return std::move(root) + "/" + path;
}

}  // namespace

Step list_ours(const Inputs& in, Purpose purpose) {
  std::vector<std::string> arguments = {"ps", "--all", "--quiet", "--no-trunc"};
  for (const auto& [key, value] : owner_labels(in)) arguments.push_back("--filter=label=" + key + "=" + value);
  return asking("look", docker_command(in, std::move(arguments)), purpose);
}

Step list_names(const Inputs& in, Purpose purpose) {
  return asking("look-names",
                docker_command(in, {"ps", "--all", "--quiet", "--no-trunc",
                                    "--filter=name=^/" + escaped(container_name(in.key)) + "$",
                                    "--filter=name=^/" + escaped(next_name(in.key)) + "$"}),
                purpose);
}

Step inspect(const Inputs& in, std::vector<std::string> ids, Purpose purpose) {
  std::vector<std::string> arguments = {"container", "inspect"};
  std::ranges::move(ids, std::back_inserter(arguments));
  return asking("inspect", docker_command(in, std::move(arguments)), purpose);
}

Step logs(const Inputs& in, const std::string& id) {
  return a_step("logs", docker_command(in, {"logs", "--tail=20", id}), seconds(30), Effect::None, Purpose::Work);
}

Step inspect_image(const Inputs& in, const std::string& reference) {
  return asking("inspect-image", docker_command(in, {"image", "inspect", reference}));
}

Step pull(const Inputs& in, const std::string& reference, const std::string& platform) {
  std::vector<std::string> arguments = {"pull"};
  if (!platform.empty()) arguments.push_back("--platform=" + platform);
  arguments.push_back(reference);
  process::Command command = docker_command(in, std::move(arguments));
  add_logins(in, command);
  return a_step("pull", std::move(command), minutes(15), Effect::None, Purpose::Work);
}

Step build(const Inputs& in, const api::DockerBuild& wanted) {
  const std::string context = below(in.source_dir, wanted.context);
  std::vector<std::string> arguments = {"build", "--tag=" + built_image(in),
                                        "--file=" + below(context, wanted.dockerfile)};
  for (const auto& [key, value] : owner_labels(in)) arguments.push_back("--label=" + key + "=" + value);
  for (const auto& [name, value] : wanted.args) arguments.push_back("--build-arg=" + name + "=" + value);
  add_option(arguments, "target", wanted.target);
  if (docker_block(in).pull == api::PullPolicy::Always) arguments.emplace_back("--pull");
  if (in.force_rebuild) arguments.emplace_back("--no-cache");
  arguments.push_back(context);
  process::Command command = docker_command(in, std::move(arguments));
  add_logins(in, command);
  return a_step("build", std::move(command), minutes(20), Effect::None, Purpose::Work);
}

Step create(const Inputs& in, const Image& image) {
  const api::Docker& wanted = docker_block(in);
  process::Command command = docker_command(in, {"create", "--name=" + next_name(in.key)});
  std::vector<std::string>& argv = command.argv;
  for (const auto& [key, value] : container_labels(in)) argv.push_back("--label=" + key + "=" + value);
  argv.push_back("--restart=" + wanted.restart_policy);
  for (const api::DockerPort& port : wanted.ports) argv.push_back("--publish=" + published(port));
  for (const api::DockerVolume& volume : wanted.volumes) argv.push_back("--mount=" + mounted(volume));
  add_option(argv, "network", wanted.network);
  add_option(argv, "user", wanted.user);
  add_option(argv, "memory", wanted.memory);
  add_option(argv, "cpus", wanted.cpus);
  add_variables(in, command);
  argv.push_back(image.id);
  std::ranges::copy(wanted.command, std::back_inserter(argv));
  return doing("create", std::move(command), minutes(2), Purpose::Work);
}

Step rename(const Inputs& in, const std::string& id, const std::string& name, Purpose purpose) {
  return doing("rename", docker_command(in, {"rename", id, name}), minutes(1), purpose);
}

Step set_restart_policy(const Inputs& in, const std::string& id, const std::string& policy, Purpose purpose) {
  return doing("update", docker_command(in, {"update", "--restart=" + policy, id}), minutes(1), purpose);
}

Step stop(const Inputs& in, std::vector<std::string> ids, Purpose purpose) {
  std::vector<std::string> arguments = {"stop"};
  std::ranges::move(ids, std::back_inserter(arguments));
  return doing("stop", docker_command(in, std::move(arguments)), minutes(3), purpose);
}

Step start(const Inputs& in, const std::string& id, Purpose purpose) {
  return doing("start", docker_command(in, {"start", id}), minutes(2), purpose);
}

Step remove(const Inputs& in, std::vector<std::string> ids, AnonymousVolumes volumes, Purpose purpose) {
  std::vector<std::string> arguments = {"rm", "--force"};
  if (volumes == AnonymousVolumes::Remove) arguments.emplace_back("--volumes");
  std::ranges::move(ids, std::back_inserter(arguments));
  return doing("remove", docker_command(in, std::move(arguments)), minutes(2), purpose);
}

Step list_built_images(const Inputs& in) {
  std::vector<std::string> arguments = {"image", "ls", "--quiet", "--no-trunc"};
  for (const auto& [key, value] : owner_labels(in)) arguments.push_back("--filter=label=" + key + "=" + value);
  return asking("look-images", docker_command(in, std::move(arguments)));
}

Step list_built_tags(const Inputs& in) {
  std::vector<std::string> arguments = {"image", "ls", "--format={{.Repository}}:{{.Tag}}"};
  for (const auto& [key, value] : owner_labels(in)) arguments.push_back("--filter=label=" + key + "=" + value);
  return asking("look-images", docker_command(in, std::move(arguments)));
}

Step remove_images(const Inputs& in, std::vector<std::string> ids_or_tags) {
  std::vector<std::string> arguments = {"image", "rm"};
  std::ranges::move(ids_or_tags, std::back_inserter(arguments));
  return doing("remove-images", docker_command(in, std::move(arguments)), minutes(2), Purpose::Work);
}

bool is_read_by_docker(std::string_view name) {
  return name.starts_with("DOCKER_") || name.starts_with("BUILDKIT_") || name.starts_with("GO");
}

std::int64_t memory_bytes(const std::string& text) {
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc()) return 0;
  const std::string unit(end, text.data() + text.size());
  if (unit == "k" || unit == "K") return count << 10;
  if (unit == "m" || unit == "M") return count << 20;
  if (unit == "g" || unit == "G") return count << 30;
  return unit.empty() || unit == "b" || unit == "B" ? count : 0;
}

std::int64_t nano_cpus(const std::string& text) {
  double cpus = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), cpus);
  if (error != std::errc() || end != text.data() + text.size()) return 0;
  return std::llround(cpus * 1e9);
}

}  // namespace deployctl::docker
