#include "api/validation.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "api/field_checker.hpp"
#include "api/formats.hpp"
#include "api/spec_fields.hpp"
#include "api/variable_names.hpp"

namespace deployctl::api {
namespace {

/// One row a field or type that the schema has and this version does not act on; a row goes when it is built.
struct Later {
  std::string_view path;
  bool (*is_set)(const DeploymentSpec&);
};

using Spec = const DeploymentSpec&;

DockerHost compose_host(Spec spec) {
  return spec.docker_compose ? spec.docker_compose->host.value_or(DockerHost{}) : DockerHost{};
}

constexpr std::array kLater = {
    Later{"environmentRef", [](Spec s) { return s.environment_ref.has_value(); }},
    Later{"serviceAccountName", [](Spec s) { return s.service_account_name.has_value(); }},
    Later{"source.git", [](Spec s) { return s.source && s.source->git; }},
    Later{"source.archive", [](Spec s) { return s.source && s.source->archive; }},
    Later{"health.watch", [](Spec s) { return s.health.watch.has_value(); }},
    Later{"dependsOn", [](Spec s) { return !s.depends_on.empty(); }},
    Later{"drift Correct", [](Spec s) { return drift_of(s) == Drift::Correct; }},
    Later{"strategy", [](Spec s) { return s.strategy != DeploymentSpec{}.strategy; }},
    Later{"docker.host", [](Spec s) { return s.docker && s.docker->host; }},
    Later{"dockerCompose.host.tlsSecretRef", [](Spec s) { return compose_host(s).tls_secret_ref.has_value(); }},
    Later{"dockerCompose.host.sshSecretRef", [](Spec s) { return compose_host(s).ssh_secret_ref.has_value(); }},
};

bool matches(const RefusedName& refused, std::string_view name) {
  switch (refused.what) {
    case Refuses::Name: return name == refused.text;
    case Refuses::Prefix: return name.starts_with(refused.text);
    case Refuses::Suffix: return name.ends_with(refused.text);
  }
  return true;
}

}  // namespace

std::vector<std::string> validate(const DeploymentSpec& spec) {
  Problems problems;
  FieldChecker(problems).check(spec, {}, "spec");
  return std::move(problems).take();
}

std::vector<std::string> unsupported(const DeploymentSpec& spec) {
  std::vector<std::string> found;
  for (const Later& later : kLater) {
    if (later.is_set(spec)) found.push_back("spec." + std::string(later.path) + ": not supported by this version");
  }
  return found;
}

bool is_allowed_variable_name(std::string_view name) {
  return kVariableName.accepts(name) &&
         std::ranges::none_of(kRefusedNames, [name](const RefusedName& refused) { return matches(refused, name); });
}

}  // namespace deployctl::api
