#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "api/paths.hpp"
#include "base/text.hpp"
#include "docker/command_line.hpp"
#include "docker/commands.hpp"
#include "docker/executor.hpp"

namespace deployctl::docker {
namespace {

Error invalid(const std::string& field, const std::string& value, const std::string& remedy) {
  return fail(ErrorKind::Invalid, "spec.docker." + field + ": \"" + cut(one_line(value), 64) + "\" " + remedy);
}

bool has_only(std::string_view text, std::string_view allowed) {
  return text.find_first_not_of(allowed) == std::string_view::npos;
}
constexpr std::string_view kNameCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-";

bool is_name(std::string_view text) {
  return !text.empty() && has_only(text, kNameCharacters) &&
         std::isalnum(static_cast<unsigned char>(text.front())) != 0;
}

/// A word that stands as a value of its own: no option, nothing a shell or a terminal would take for more.
bool is_word(std::string_view text) {
  return !text.empty() && text.front() != '-' &&
         std::ranges::all_of(text, [](char c) { return c > ' ' && c < '\x7f'; });
}

bool is_ip(const std::string& text) {
  std::array<unsigned char, 16> bytes{};
  return ::inet_pton(AF_INET, text.c_str(), bytes.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), bytes.data()) == 1;
}

bool is_restart_policy(std::string_view text) {
  if (text == "no" || text == "always" || text == "unless-stopped" || text == "on-failure") return true;
  constexpr std::string_view kCounted = "on-failure:";
  return text.starts_with(kCounted) && text.size() > kCounted.size() && text.size() < kCounted.size() + 6 &&
         has_only(text.substr(kCounted.size()), "0123456789");
}

/// [registry[:port]/]name[:tag][@digest], as far as a look at it tells; the rest is docker's to say.
bool is_image_reference(std::string_view text) {
  if (!has_only(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-:/@[]")) return false;
  const auto is_end = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  return !text.empty() && (is_end(text.front()) || text.front() == '[') &&
         (is_end(text.back()) || text.back() == '_' || text.back() == '.' || text.back() == '-');
}

std::optional<Error> image_error(const api::Docker& docker) {
  if (docker.image.has_value() == docker.build.has_value())
    return fail(ErrorKind::Invalid, "spec.docker: set exactly one of image and build");
  if (docker.image && !is_word(*docker.image))
    return invalid("image", *docker.image, "is no image name: no blanks, and it must not start with \"-\"");
  if (docker.image && docker.image->ends_with(':'))
    return invalid("image", *docker.image, "has no tag: set spec.version when the image names ${version}");
  if (docker.image && !is_image_reference(*docker.image))
    return invalid("image", *docker.image, "is no image name: write [registry/]name[:tag][@digest]");
  if (!docker.build) return std::nullopt;
  if (!api::is_argument_path(docker.build->context))
    return invalid("build.context", docker.build->context, "must be a path inside the source");
  if (!api::is_argument_path(docker.build->dockerfile))
    return invalid("build.dockerfile", docker.build->dockerfile, "must be a path inside the context");
  for (const auto& [name, value] : docker.build->args)
    if (!is_name(name)) return invalid("build.args", name, "is no argument name: letters, digits, \"_\"");
  if (docker.build->target && !is_name(*docker.build->target))
    return invalid("build.target", *docker.build->target, "is no stage name");
  return std::nullopt;
}

std::optional<Error> port_error(const api::DockerPort& port) {
  for (const std::int64_t number : {port.container, port.host.value_or(port.container)})
    if (number < 1 || number > 65535) return invalid("ports", std::to_string(number), "is no port: 1 to 65535");
  if (port.host_ip && !is_ip(*port.host_ip)) return invalid("ports.hostIP", *port.host_ip, "is no IP address");
  if (port.protocol != "tcp" && port.protocol != "udp" && port.protocol != "sctp")
    return invalid("ports.protocol", port.protocol, "must be tcp, udp or sctp");
  return std::nullopt;
}

std::optional<Error> volume_error(const api::DockerVolume& volume) {
  // Commas separate the parts of docker's mount syntax, and quotes escape them.
  const auto is_path = [](const std::string& text) {
    return text.starts_with('/') &&
           std::ranges::all_of(text, [](char c) { return c >= ' ' && c != '\x7f' && c != ',' && c != '"'; });
  };
  if (!is_path(volume.source) && !is_name(volume.source))
    return invalid("volumes.source", volume.source, "must be an absolute path or a volume name, without commas");
  if (!is_path(volume.target))
    return invalid("volumes.target", volume.target, "must be an absolute path, without commas");
  return std::nullopt;
}

std::optional<Error> option_error(const api::Docker& docker) {
  if (docker.network && !is_name(*docker.network)) return invalid("network", *docker.network, "is no network name");
  if (!is_restart_policy(docker.restart_policy))
    return invalid("restartPolicy", docker.restart_policy, "must be no, always, unless-stopped or on-failure[:N]");
  if (docker.user && (!is_word(*docker.user) || !has_only(*docker.user, std::string(kNameCharacters) + ":")))
    return invalid("user", *docker.user, "must be a user or id, and perhaps \":\" and a group");
  if (docker.memory && memory_bytes(*docker.memory) <= 0)
    return invalid("memory", *docker.memory, "must be a number with b, k, m or g");
  if (docker.cpus && nano_cpus(*docker.cpus) <= 0) return invalid("cpus", *docker.cpus, "must be a number above 0");
  return std::nullopt;
}

}  // namespace

std::optional<Error> DockerExecutor::refusal(const api::DeploymentSpec& spec) const {
  if (!restricted_ || !spec.docker) return std::nullopt;
  constexpr const char* kWhy = " is not allowed in restricted mode";
  for (std::size_t n = 0; n < spec.docker->volumes.size(); ++n)
    if (const std::string& source = spec.docker->volumes[n].source; source.starts_with('/'))
      return fail(ErrorKind::Invalid, "spec.docker.volumes[" + std::to_string(n) + "].source: " +
                                          cut(one_line(source), 128) + " is a path of the host, which" + kWhy);
  if (spec.docker->network == "host") return fail(ErrorKind::Invalid, std::string("spec.docker.network: host") + kWhy);
  return std::nullopt;
}

Result<void> DockerExecutor::validate(const api::DeploymentSpec& spec) const {
  if (!spec.docker) return fail(ErrorKind::Invalid, "spec.docker: missing");
  const api::Docker& docker = *spec.docker;
  if (auto error = image_error(docker)) return *error;
  if (docker.build && !spec.source)
    return fail(ErrorKind::Invalid, "spec.source: docker.build needs a source with a Dockerfile: set one source");
  for (const api::DockerPort& port : docker.ports)
    if (auto error = port_error(port)) return *error;
  for (const api::DockerVolume& volume : docker.volumes)
    if (auto error = volume_error(volume)) return *error;
  if (auto error = option_error(docker)) return *error;
  if (auto error = host_error(spec)) return *error;
  if (auto error = refusal(spec)) return *error;
  return {};
}

}  // namespace deployctl::docker
