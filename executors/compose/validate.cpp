#include <algorithm>

#include "api/paths.hpp"
#include "base/text.hpp"
#include "compose/executor.hpp"
#include "docker/command_line.hpp"

namespace deployctl::compose {
namespace {

Error invalid(const std::string& field, const std::string& value, const std::string& remedy) {
  return fail(ErrorKind::Invalid, "spec.dockerCompose." + field + ": \"" + cut(one_line(value), 64) + "\" " + remedy);
}

bool is_project(std::string_view text) {
  const auto is_plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return !text.empty() && text.size() <= 63 && is_plain(text.front()) &&
         std::ranges::all_of(text, [&](char c) { return is_plain(c) || c == '_' || c == '-'; });
}

bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

}  // namespace

Result<void> ComposeExecutor::validate(const api::DeploymentSpec& spec) const {
  if (!spec.docker_compose) return fail(ErrorKind::Invalid, "spec.dockerCompose: missing");
  const api::DockerCompose& wanted = *spec.docker_compose;
  if (!spec.source)
    return fail(ErrorKind::Invalid, "spec.source: a docker-compose deployment needs a source with a compose file");
  for (const std::string& file : wanted.files)
    if (!api::is_argument_path(file)) return invalid("files", file, "must be a path inside the source");
  if (wanted.project && !is_project(*wanted.project))
    return invalid(
        "project", *wanted.project,
        "is no project name: lower-case letters, digits, \"_\" and \"-\", at most 63, a letter or digit first");
  for (const std::string& profile : wanted.profiles)
    if (!is_word(profile)) return invalid("profiles", profile, "is no profile");
  for (const std::string& service : wanted.services)
    if (!is_word(service)) return invalid("services", service, "is no service");
  if (wanted.wait_timeout <= Duration::zero())
    return fail(ErrorKind::Invalid, "spec.dockerCompose.waitTimeout: must be longer than nothing");
  if (auto error = docker::host_error(spec)) return *error;
  return {};
}

}  // namespace deployctl::compose
