#include "api/digest.hpp"

#include <utility>

#include "api/spec_fields.hpp"
#include "api/spec_writer.hpp"
#include "base/sha256.hpp"

namespace deployctl::api {
namespace {

constexpr std::string_view kAlgorithm = "v1:";

std::string hashed(const Json& content) { return std::string(kAlgorithm) + sha256_hex(dump_json(content)); }

/// A value that says what its default would be is left out, as any other default.
void drop_derived_defaults(DeploymentSpec& spec, const Target& target) {
  if (spec.docker) {
    for (DockerPort& port : spec.docker->ports) {
      if (port.host == port.container) port.host.reset();
    }
  }
  if (spec.kubernetes && spec.kubernetes->ns == target.ns) spec.kubernetes->ns.reset();
}

void drop_derived_defaults(std::vector<Hook>& hooks) {
  for (Hook& hook : hooks) {
    Hook plain = hook;
    plain.timeout.reset();
    if (timeout_of(plain) == timeout_of(hook)) hook.timeout.reset();
  }
}

Json tool_block(const DeploymentSpec& spec, const SpecWriter& writer) {
  switch (spec.type) {
    case Type::Docker: return writer.write(spec.docker);
    case Type::DockerCompose: return writer.write(spec.docker_compose);
    case Type::Kubernetes: return writer.write(spec.kubernetes);
    case Type::Terraform: return writer.write(spec.terraform);
    case Type::Ansible: return writer.write(spec.ansible);
  }
  return {};
}

Json written(const Target& target) {
  Json out = Json::object();
  const auto put = [&out](const char* name, const std::string& value) {
    if (!value.empty()) out[name] = value;
  };
  put("host", target.host);
  put("namespace", target.ns);
  put("project", target.project);
  put("workspace", target.workspace);
  return out;
}

}  // namespace

std::string digest_of(const DigestInputs& inputs) {
  DeploymentSpec spec = inputs.spec;
  drop_derived_defaults(spec, inputs.target);
  Json content = Json::object();
  const auto put = [&content](const char* name, Json value) {
    if (!value.empty()) content[name] = std::move(value);
  };
  content["type"] = to_string(spec.type);
  if (!inputs.source.empty()) content["source"] = inputs.source;
  if (spec.path != DeploymentSpec{}.path) content["path"] = spec.path;
  if (!spec.version.empty()) content["version"] = spec.version;
  put("tool", tool_block(spec, SpecWriter(Form::Digest)));
  put("variables", inputs.variables);
  put("env", inputs.env);
  put("target", written(inputs.target));
  return hashed(content);
}

std::string gate_of(const DeploymentSpec& spec) {
  Hooks hooks = spec.hooks;
  for (auto* list : {&hooks.pre_deploy, &hooks.post_deploy, &hooks.pre_rollback, &hooks.post_rollback})
    drop_derived_defaults(*list);
  const SpecWriter writer(Form::Digest);
  Json content = Json::object();
  if (hooks != Hooks{}) content["hooks"] = writer.write(hooks);
  if (spec.health != Health{}) content["health"] = writer.write(spec.health);
  if (spec.timeout != DeploymentSpec{}.timeout) content["timeout"] = format_duration(spec.timeout);
  return hashed(content);
}

}  // namespace deployctl::api
