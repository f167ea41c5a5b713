#include "kubectl/executor.hpp"

#include "kubectl/scripts.hpp"

namespace deployctl::kubectl {

using executors::Inputs;
using executors::Procedure;
using executors::ScriptContext;

Result<void> KubectlExecutor::validate(const api::DeploymentSpec& spec) const {
  if (!spec.source)
    return fail(ErrorKind::Invalid, "spec.source: a kubernetes deployment needs manifests: set one source");
  return {};
}

api::Target KubectlExecutor::target(const ObjectKey& key, const api::DeploymentSpec& spec,
                                    const std::string& cluster_id) const {
  return {.host = cluster_id, .ns = spec.kubernetes ? spec.kubernetes->ns.value_or(key.ns) : key.ns};
}

std::unique_ptr<Procedure> KubectlExecutor::deploy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext& context) { return kubectl::deploy(in, context); });
}

std::unique_ptr<Procedure> KubectlExecutor::settle(Inputs) const { return nullptr; }

std::unique_ptr<Procedure> KubectlExecutor::verify(Inputs inputs, bool drift) const {
  return executors::script([in = std::move(inputs), drift](ScriptContext&) { return kubectl::verify(in, drift); });
}

std::unique_ptr<Procedure> KubectlExecutor::destroy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return kubectl::destroy(in); });
}

executors::Recovery KubectlExecutor::after_interruption(const api::Operation&) const {
  return executors::Recovery::Rerun;
}

std::vector<std::string> KubectlExecutor::tools(const api::DeploymentSpec&) const { return {"kubectl"}; }

}  // namespace deployctl::kubectl
