#include "docker/command_line.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "base/strict_json.hpp"
#include "base/text.hpp"

namespace deployctl::docker {
namespace {

using executors::Effect;
using executors::Inputs;
using executors::Step;
using std::chrono::minutes;

constexpr std::size_t kMaxAnswer = 8U * 1024 * 1024;
constexpr std::string_view kConfigFolder = "docker";

}  // namespace

std::string block_of(const api::DeploymentSpec& spec) {
  return spec.docker_compose ? "spec.dockerCompose" : "spec.docker";
}

const std::optional<api::DockerHost>& host_of(const api::DeploymentSpec& spec) {
  if (spec.docker_compose) return spec.docker_compose->host;
  if (!spec.docker) throw std::logic_error("a docker command without a block that names its daemon");
  return spec.docker->host;
}

std::optional<Error> host_error(const api::DeploymentSpec& spec) {
  const auto& host = host_of(spec);
  if (!host) return std::nullopt;
  const std::string field = block_of(spec) + ".host";
  const std::string& endpoint = host->endpoint;
  if (host->tls_secret_ref || host->ssh_secret_ref || endpoint.starts_with("ssh://"))
    return fail(ErrorKind::Invalid, field + ": TLS and ssh are not supported by this version");
  const bool is_word = std::ranges::all_of(endpoint, [](char c) { return c > ' ' && c < '\x7f'; });
  if (!is_word || !(endpoint.starts_with("unix:///") || endpoint.starts_with("tcp://")))
    return fail(ErrorKind::Invalid,
                field + ".endpoint: \"" + cut(one_line(endpoint), 64) + "\" must begin with unix:/// or tcp://");
  return std::nullopt;
}

bool is_remote(const api::DeploymentSpec& spec) {
  const auto& host = host_of(spec);
  return host && !host->endpoint.starts_with("unix://");
}

process::Command docker_command(const Inputs& in, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {"docker"};
  if (const auto& host = host_of(in.spec)) command.argv.push_back("--host=" + host->endpoint);
  std::ranges::move(arguments, std::back_inserter(command.argv));
  command.env = in.env;
  command.env["DOCKER_CONFIG"] = config_directory(in);
  return command;
}

std::string config_directory(const Inputs& in) { return in.work_dir + "/" + std::string(kConfigFolder); }

void add_logins(const Inputs& in, process::Command& command) {
  if (in.registry_config.empty()) return;
  command.files.push_back(
      {.path = std::string(kConfigFolder) + "/config.json",
       .bytes =
           registry_logins(in.registry_config, block_of(in.spec) + ".registrySecretRef").value_or(std::string("{}"))});
}

Result<std::string> registry_logins(const std::string& config, const std::string& field) {
  const auto value = parse_json(config);
  if (!value) return value.error().with_context(field + ": .dockerconfigjson");
  const auto auths = value->is_object() ? value->find("auths") : value->end();
  if (!value->is_object() || auths == value->end() || !auths->is_object())
    return fail(ErrorKind::Invalid, field + ": .dockerconfigjson has no \"auths\"");
  return dump_json(Json{{"auths", *auths}});
}

Step a_step(std::string name, process::Command command, Duration timeout, Effect effect, Purpose purpose) {
  return {.name = std::move(name),
          .work = std::move(command),
          .timeout = timeout,
          .effect = effect,
          .cleanup = purpose == Purpose::Cleanup};
}

Step asking(std::string name, process::Command command, Purpose purpose) {
  command.stdout_capture = process::whole(kMaxAnswer);
  return a_step(std::move(name), std::move(command), minutes(1), Effect::None, purpose);
}

Step doing(std::string name, process::Command command, Duration timeout, Purpose purpose) {
  return a_step(std::move(name), std::move(command), timeout, Effect::Repeatable, purpose);
}

}  // namespace deployctl::docker
