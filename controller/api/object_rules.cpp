#include "api/object_rules.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>

#include "api/constants.hpp"
#include "api/paths.hpp"
#include "api/validation.hpp"

namespace deployctl::api {
namespace {

/// A member that may be set, by its JSON name.
struct Member {
  std::string_view name;
  bool set;
};

long count_of(std::initializer_list<Member> members) { return std::ranges::count_if(members, &Member::set); }

std::string found(std::initializer_list<Member> members) {
  std::string text;
  for (const Member& member : members) {
    if (member.set) text += (text.empty() ? "" : " and ") + std::string(member.name);
  }
  return text.empty() ? "none" : text;
}

std::string all(std::initializer_list<Member> members) {
  std::string text;
  for (const Member& member : members) text += (text.empty() ? "" : ", ") + std::string(member.name);
  return text;
}

void exactly_one(std::initializer_list<Member> members, const std::string& path, Problems& problems) {
  if (count_of(members) == 1) return;
  problems.add(path, "set exactly one of " + all(members) + "; found " + found(members));
}

void at_most_one(std::initializer_list<Member> members, const std::string& path, Problems& problems) {
  if (count_of(members) <= 1) return;
  problems.add(path, "set at most one of " + all(members) + "; found " + found(members));
}

std::string_view block_of(Type type) {
  switch (type) {
    case Type::Docker: return "docker";
    case Type::DockerCompose: return "dockerCompose";
    case Type::Kubernetes: return "kubernetes";
    case Type::Terraform: return "terraform";
    case Type::Ansible: return "ansible";
  }
  return {};
}

/// Everything but a container made from an image is made from files.
bool needs_source(const DeploymentSpec& spec) {
  return spec.type != Type::Docker || (spec.docker && spec.docker->build);
}

/// "200-399": a range goes upwards. The texts are what kStatusCodes accepts.
bool is_upwards(std::string_view codes) {
  for (std::size_t begin = 0; begin < codes.size();) {
    const std::string_view range = codes.substr(begin, std::min(codes.find(',', begin), codes.size()) - begin);
    if (range.size() == 7 && range.substr(0, 3) > range.substr(4)) return false;
    begin += range.size() + 1;
  }
  return true;
}

void check_codes(const std::string& codes, const std::string& path, Problems& problems) {
  if (!is_upwards(codes)) problems.add(path + ".expectedStatus", codes, "has a range that goes down; write 200-399");
}

}  // namespace

void check_object(const DeploymentSpec& spec, const std::string& path, Problems& problems) {
  const std::initializer_list<Member> blocks = {{"docker", spec.docker.has_value()},
                                                {"dockerCompose", spec.docker_compose.has_value()},
                                                {"kubernetes", spec.kubernetes.has_value()},
                                                {"terraform", spec.terraform.has_value()},
                                                {"ansible", spec.ansible.has_value()}};
  const std::string_view wanted = block_of(spec.type);
  const bool matches = std::ranges::any_of(blocks, [&](const Member& m) { return m.set && m.name == wanted; });
  if (!matches || count_of(blocks) != 1) {
    problems.add(path, "type " + std::string(to_string(spec.type)) + " needs exactly the block " + std::string(wanted) +
                           "; found " + found(blocks));
  }
  if (!spec.source && needs_source(spec)) {
    problems.add(path,
                 "source is missing: set one of source.inline, source.configMapRef, source.secretRef, source.git, "
                 "source.archive, source.directory (only docker.image does without)");
  }
}

void check_object(const Source& source, const std::string& path, Problems& problems) {
  exactly_one({{"inline", source.inline_files.has_value()},
               {"configMapRef", source.config_map_ref.has_value()},
               {"secretRef", source.secret_ref.has_value()},
               {"git", source.git.has_value()},
               {"archive", source.archive.has_value()},
               {"directory", source.directory.has_value()}},
              path, problems);
}

void check_object(const InlineSource& source, const std::string& path, Problems& problems) {
  std::size_t length = 0;
  for (const auto& [name, content] : source.files) {
    length += code_points(content);
    if (!is_file_name(name)) {
      problems.add(path + ".files", name,
                   "must be a relative path of at most 253 characters, without '..', not beginning with '-'");
    }
  }
  if (length > limits::kInlineBytes)
    problems.add(path + ".files", "must have at most 524288 characters in all; use configMapRef, git or archive");
}

void check_object(const GitRef& ref, const std::string& path, Problems& problems) {
  at_most_one({{"branch", ref.branch.has_value()}, {"tag", ref.tag.has_value()}, {"commit", ref.commit.has_value()}},
              path, problems);
}

void check_object(const ArchiveSource& source, const std::string& path, Problems& problems) {
  exactly_one({{"url", source.url.has_value()}, {"secretRef", source.secret_ref.has_value()}}, path, problems);
}

void check_object(const Variable& variable, const std::string& path, Problems& problems) {
  exactly_one({{"value", variable.value.has_value()}, {"valueFrom", variable.value_from.has_value()}}, path, problems);
  if (!is_allowed_variable_name(variable.name)) {
    problems.add(path + ".name", variable.name,
                 "is not allowed, because it changes how tools run; choose another name");
  }
}

void check_object(const ValueFrom& value, const std::string& path, Problems& problems) {
  exactly_one({{"secretKeyRef", value.secret_key_ref.has_value()},
               {"configMapKeyRef", value.config_map_key_ref.has_value()},
               {"outputRef", value.output_ref.has_value()}},
              path, problems);
}

void check_object(const VariablesFrom& from, const std::string& path, Problems& problems) {
  exactly_one({{"configMapRef", from.config_map_ref.has_value()}, {"secretRef", from.secret_ref.has_value()}}, path,
              problems);
}

void check_object(const HttpHeader& header, const std::string& path, Problems& problems) {
  exactly_one({{"value", header.value.has_value()}, {"valueFrom", header.secret_key_ref.has_value()}}, path, problems);
}

void check_object(const HttpCheck& check, const std::string& path, Problems& problems) {
  check_codes(check.expected_status, path, problems);
}

void check_object(const HookHttp& http, const std::string& path, Problems& problems) {
  check_codes(http.expected_status, path, problems);
}

void check_object(const HealthCheck& check, const std::string& path, Problems& problems) {
  exactly_one(
      {{"http", check.http.has_value()}, {"tcp", check.tcp.has_value()}, {"command", check.command.has_value()}}, path,
      problems);
}

void check_object(const Hook& hook, const std::string& path, Problems& problems) {
  exactly_one({{"command", !hook.command.empty()}, {"http", hook.http.has_value()}}, path, problems);
}

void check_object(const Docker& docker, const std::string& path, Problems& problems) {
  exactly_one({{"image", docker.image.has_value()}, {"build", docker.build.has_value()}}, path, problems);
}

void check_object(const DockerHost& host, const std::string& path, Problems& problems) {
  at_most_one({{"tlsSecretRef", host.tls_secret_ref.has_value()}, {"sshSecretRef", host.ssh_secret_ref.has_value()}},
              path, problems);
}

void check_object(const Ansible::Inventory& inventory, const std::string& path, Problems& problems) {
  exactly_one({{"path", inventory.path.has_value()}, {"inline", inventory.inline_text.has_value()}}, path, problems);
}

}  // namespace deployctl::api
