#include "terraform/executor.hpp"

#include "api/deployment.hpp"
#include "terraform/scripts.hpp"

namespace deployctl::terraform {
namespace {

std::string_view word(api::Terraform::Backend backend) {
  switch (backend) {
    case api::Terraform::Backend::Auto: return "Auto";
    case api::Terraform::Backend::Kubernetes: return "Kubernetes";
    case api::Terraform::Backend::Module: return "Module";
  }
  return "Auto";
}

}  // namespace

using executors::Inputs;
using executors::Procedure;
using executors::ScriptContext;

Result<void> TerraformExecutor::validate(const api::DeploymentSpec& spec) const {
  if (!spec.source)
    return fail(ErrorKind::Invalid, "spec.source: a terraform deployment needs a module: set one source");
  if (!spec.terraform) return fail(ErrorKind::Invalid, "spec.terraform: missing");
  if (spec.terraform->backend_config_secret_ref && spec.terraform->backend == api::Terraform::Backend::Kubernetes)
    return fail(ErrorKind::Invalid,
                "spec.terraform.backendConfigSecretRef: only for a backend that the module declares, not for "
                "backend Kubernetes");
  return {};
}

api::Target TerraformExecutor::target(const ObjectKey& key, const api::DeploymentSpec& spec, const std::string&) const {
  const api::Terraform block = spec.terraform.value_or(api::Terraform{});
  return {.ns = key.ns, .workspace = std::string(word(block.backend)) + "/" + block.workspace.value_or("default")};
}

std::unique_ptr<Procedure> TerraformExecutor::deploy(Inputs inputs) const {
  return executors::script([in = std::move(inputs), restricted = restricted_](ScriptContext& context) {
    return terraform::deploy(in, restricted, context);
  });
}

std::unique_ptr<Procedure> TerraformExecutor::settle(Inputs) const { return nullptr; }

std::unique_ptr<Procedure> TerraformExecutor::verify(Inputs inputs, bool drift) const {
  return executors::script([in = std::move(inputs), restricted = restricted_, drift](ScriptContext&) {
    return terraform::verify(in, restricted, drift);
  });
}

std::unique_ptr<Procedure> TerraformExecutor::destroy(Inputs inputs) const {
  return executors::script([in = std::move(inputs), restricted = restricted_](ScriptContext&) {
    return terraform::destroy(in, restricted);
  });
}

executors::Recovery TerraformExecutor::after_interruption(const api::Operation&) const {
  return executors::Recovery::UnlockThenRerun;
}

std::vector<std::string> TerraformExecutor::tools(const api::DeploymentSpec& spec) const {
  return {spec.terraform ? spec.terraform->binary.value_or("tofu") : "tofu"};
}

}  // namespace deployctl::terraform
