#include "compose/commands.hpp"

#include <algorithm>
#include <utility>

#include "compose/names.hpp"
#include "process/base_environment.hpp"

namespace deployctl::compose {
namespace {

using docker::a_step;
using docker::asking;
using docker::docker_command;
using docker::doing;
using docker::Purpose;
using executors::Effect;
using executors::Inputs;
using executors::Step;
using std::chrono::minutes;

constexpr std::string_view kFile = "compose/project.json";

/// `docker-compose OPTIONS arguments…`; `files` are absolute.
process::Command compose(const Inputs& in, const std::vector<std::string>& files, std::vector<std::string> arguments) {
  process::Command command = docker_command(in, {});
  command.argv = {"docker-compose", "--ansi=never", "--progress=plain", "--project-name=" + project_of(in),
                  "--env-file=/dev/null"};
  for (const std::string& file : files) command.argv.push_back("--file=" + file);
  for (const std::string& profile : compose_block(in).profiles) command.argv.push_back("--profile=" + profile);
  std::ranges::move(arguments, std::back_inserter(command.argv));
  if (const auto& host = docker::host_of(in.spec)) command.env["DOCKER_HOST"] = host->endpoint;
  command.env["COMPOSE_BAKE"] = "false";  // its buildx is another plug-in
  for (const auto& [name, value] : in.variables) command.env.insert_or_assign(name, value);
  return command;
}

/// On a project we rendered.
process::Command compose_on(const Inputs& in, const std::string& file, std::vector<std::string> arguments) {
  arguments.insert(arguments.begin(), "--project-directory=" + in.source_dir);
  process::Command command = compose(in, {in.work_dir + "/" + std::string(kFile)}, std::move(arguments));
  command.files.push_back({.path = std::string(kFile), .bytes = file});
  return command;
}

std::string escaped(const std::string& name) {
  std::string pattern;
  for (const char c : name) pattern += c == '.' ? std::string("\\.") : std::string(1, c);
  return pattern;
}

}  // namespace

Step list_project(const Inputs& in, Purpose purpose) {
  return asking("look",
                docker_command(in, {"ps", "--all", "--quiet", "--no-trunc",
                                    "--filter=label=" + std::string(kProjectLabel) + "=" + project_of(in)}),
                purpose);
}

Step list_named(const Inputs& in, const std::vector<std::string>& names) {
  std::vector<std::string> arguments = {"ps", "--all", "--quiet", "--no-trunc"};
  for (const std::string& name : names) arguments.push_back("--filter=name=^/" + escaped(name) + "$");
  return asking("look-names", docker_command(in, std::move(arguments)));
}

Step render(const Inputs& in, const std::vector<std::string>& files) {
  std::vector<std::string> paths;
  for (const std::string& file : files) paths.push_back(in.source_dir + "/" + file);
  process::Command command = compose(in, paths, {"config", "--format=json"});
  command.cwd = in.source_dir;
  // Proxies and the like are the controller's; rendering reaches nobody.
  for (const std::string_view name : process::handed_on()) command.env.try_emplace(std::string(name), "");
  return asking("config", std::move(command));
}

Step build(const Inputs& in, const std::string& file, const std::vector<std::string>& services) {
  std::vector<std::string> arguments = {"build"};
  if (compose_block(in).pull == api::DockerCompose::Pull::Always) arguments.emplace_back("--pull");
  if (in.force_rebuild) arguments.emplace_back("--no-cache");
  std::ranges::copy(services, std::back_inserter(arguments));
  process::Command command = compose_on(in, file, std::move(arguments));
  docker::add_logins(in, command);
  return a_step("build", std::move(command), minutes(20), Effect::None, Purpose::Work);
}

Step hashes(const Inputs& in, const std::string& file) {
  return asking("hash", compose_on(in, file, {"config", "--hash=*"}));
}

Step tag(const Inputs& in, const std::string& image, const std::string& tag) {
  return doing("pin", docker_command(in, {"tag", image, tag}), minutes(1), Purpose::Work);
}

Step list_kept(const Inputs& in) {
  return asking("look-pins", docker_command(in, {"image", "ls", "--filter=reference=" + kept_pattern(in),
                                                 "--format={{.Repository}}:{{.Tag}}"}));
}

Step untag(const Inputs& in, const std::vector<std::string>& tags) {
  std::vector<std::string> arguments = {"image", "rm"};
  std::ranges::copy(tags, std::back_inserter(arguments));
  return doing("unpin", docker_command(in, std::move(arguments)), minutes(2), Purpose::Work);
}

Step up(const Inputs& in, const std::string& file) {
  const api::DockerCompose& wanted = compose_block(in);
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(wanted.wait_timeout);
  std::vector<std::string> arguments = {
      "up", "--detach", "--wait", "--wait-timeout=" + std::to_string(seconds.count()), "--no-build", "--pull=never"};
  if (wanted.remove_orphans) arguments.emplace_back("--remove-orphans");
  std::ranges::copy(wanted.services, std::back_inserter(arguments));
  // Beside the waiting: images are there, containers are stopped and made.
  return doing("up", compose_on(in, file, std::move(arguments)), wanted.wait_timeout + minutes(5), Purpose::Work);
}

Step down(const Inputs& in) {
  process::Command command = compose(in, {}, {"down", "--remove-orphans"});
  return doing("down", std::move(command), minutes(5), Purpose::Work);
}

}  // namespace deployctl::compose
