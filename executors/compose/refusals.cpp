#include "compose/refusals.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "compose/members.hpp"
#include "compose/names.hpp"
#include "docker/command_line.hpp"

namespace deployctl::compose {
namespace {

using Found = std::optional<std::string>;  ///< what is wrong, beginning with the field

/// Docker follows links and "..": only a path that has none and begins with the source's is inside.
bool is_inside(const std::string& path, const std::string& directory) {
  if (directory.empty() || path.find("/../") != std::string::npos || path.ends_with("/..")) return false;
  return path == directory || path.starts_with(directory + "/");
}

bool is_set(const Json& value) {
  if (value.is_null() || (value.is_boolean() && !value.get<bool>())) return false;
  return !((value.is_array() || value.is_object() || value.is_string()) && value.empty());
}

std::string field_of(const std::string& service, const std::string& field) {
  return "service " + service + ": " + field;
}

/// Fields that are refused in restricted mode whatever they hold.
constexpr std::array<const char*, 12> kNever = {"privileged",    "cap_add",      "devices", "device_cgroup_rules",
                                                "security_opt",  "volumes_from", "gpus",    "use_api_socket",
                                                "cgroup_parent", "runtime",      "sysctls", "credential_spec"};
/// Fields that may not leave the container's own namespaces.
constexpr std::array<const char*, 6> kNamespaces = {"network_mode", "pid", "ipc", "userns_mode", "uts", "cgroup"};

bool leaves_the_container(const std::string& value) {
  return value == "host" || value.starts_with("container:") || value.starts_with("ns:");
}

Found host_mount(const std::string& name, const Json& service) {
  const Json& volumes = member(service, "volumes");
  for (std::size_t n = 0; n < volumes.size(); ++n) {
    const std::string type = text(volumes[n], "type");
    if (type != "bind" && type != "npipe") continue;
    return field_of(name, "volumes[" + std::to_string(n) + "]") + " mounts " +
           cut(one_line(text(volumes[n], "source")), 128) + " of the host";
  }
  return std::nullopt;
}

Found restricted_build(const std::string& name, const Json& service, const std::string& source) {
  const Json& build = member(service, "build");
  if (!build.is_object()) return std::nullopt;
  for (const char* field : {"privileged", "entitlements", "ssh", "additional_contexts", "secrets"})
    if (is_set(member(build, field))) return field_of(name, "build." + std::string(field));
  for (const char* field : {"cache_from", "cache_to"})
    for (const Json& cache : member(build, field))
      if (cache.is_string() && cache.get_ref<const std::string&>().find("type=local") != std::string::npos)
        return field_of(name, "build." + std::string(field) + ": type=local");
  if (text(build, "network") == "host") return field_of(name, "build.network: host");
  if (!is_inside(text(build, "context"), source)) return field_of(name, "build.context lies outside the source");
  const std::string dockerfile = text(build, "dockerfile");
  if (dockerfile.starts_with('/') ? !is_inside(dockerfile, source) : dockerfile.find("..") != std::string::npos)
    return field_of(name, "build.dockerfile lies outside the source");
  return std::nullopt;
}

Found restricted_service(const std::string& name, const Json& service, const std::string& source) {
  for (const char* field : kNever)
    if (is_set(member(service, field))) return field_of(name, field);
  for (const char* field : kNamespaces)
    if (const std::string value = text(service, field); leaves_the_container(value))
      return field_of(name, std::string(field) + ": " + value);
  for (const char* hooks : {"post_start", "pre_stop"})
    for (const Json& hook : member(service, hooks))
      if (is_set(member(hook, "privileged"))) return field_of(name, std::string(hooks) + ": privileged");
  if (auto mount = host_mount(name, service)) return mount;
  return restricted_build(name, service, source);
}

/// Named things of the project: networks, volumes, configs, secrets.
Found restricted_resource(const Json& project, const std::string& own, const std::string& source) {
  for (const auto& [name, network] : member(project, "networks").items())
    if (text(network, "name") == "host" || text(network, "driver") == "host") return "network " + name + ": the host's";
  for (const auto& [name, volume] : member(project, "volumes").items()) {
    const std::string called = text(volume, "name");
    if (is_set(member(volume, "external")) || (!called.empty() && !called.starts_with(own + "_")))
      return "volume " + name + ": one of another project";
    if (is_set(member(volume, "driver_opts")) ||
        (is_set(member(volume, "driver")) && text(volume, "driver") != "local"))
      return "volume " + name + ": driver and driver_opts";
  }
  for (const char* kind : {"configs", "secrets"})
    for (const auto& [name, each] : member(project, kind).items())
      if (const std::string file = text(each, "file"); !file.empty() && !is_inside(file, source))
        return std::string(kind) + " " + name + ": file lies outside the source";
  return std::nullopt;
}

/// Files of the source, which lie on the controller's machine.
Found local_file(const Json& project, const std::string& source) {
  for (const auto& [name, service] : member(project, "services").items()) {
    const Json& volumes = member(service, "volumes");
    for (std::size_t n = 0; n < volumes.size(); ++n)
      if (text(volumes[n], "type") == "bind" && is_inside(text(volumes[n], "source"), source))
        return field_of(name, "volumes[" + std::to_string(n) + "].source");
  }
  for (const char* kind : {"configs", "secrets"})
    for (const auto& [name, each] : member(project, kind).items())
      if (!text(each, "file").empty()) return std::string(kind) + " " + name + ": file";
  return std::nullopt;
}

}  // namespace

std::optional<Error> refusal(const executors::Inputs& in, const Model& model, bool restricted) {
  for (const auto& [name, service] : member(model.json, "services").items())
    if (is_set(member(service, "provider")))
      return fail(ErrorKind::Invalid,
                  field_of(name, "provider runs a program of the controller's machine, which is not supported"));
  if (docker::is_remote(in.spec))
    if (const Found local = local_file(model.json, in.source_dir))
      return fail(ErrorKind::Invalid, *local +
                                          " is a file of the source, and spec.dockerCompose.host is another machine: "
                                          "build it into the image, or use a volume");
  if (!restricted) return std::nullopt;
  for (const auto& [name, service] : member(model.json, "services").items())
    if (const Found found = restricted_service(name, service, in.source_dir))
      return fail(ErrorKind::Invalid, *found + " is not allowed in restricted mode");
  if (const Found found = restricted_resource(model.json, project_of(in), in.source_dir))
    return fail(ErrorKind::Invalid, *found + " is not allowed in restricted mode");
  return std::nullopt;
}

}  // namespace deployctl::compose
