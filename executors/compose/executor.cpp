#include "compose/executor.hpp"

#include "compose/names.hpp"
#include "compose/scripts.hpp"
#include "docker/command_line.hpp"

namespace deployctl::compose {

using executors::Inputs;
using executors::Procedure;
using executors::ScriptContext;

api::Target ComposeExecutor::target(const ObjectKey& key, const api::DeploymentSpec& spec, const std::string&) const {
  std::string host = "local";
  if (spec.docker_compose && spec.docker_compose->host) host = spec.docker_compose->host->endpoint;
  return {.host = std::move(host), .project = project_name(key, spec)};
}

std::unique_ptr<Procedure> ComposeExecutor::deploy(Inputs inputs) const {
  return executors::script([in = std::move(inputs), restricted = restricted_](ScriptContext& context) {
    return compose::deploy(in, restricted, context);
  });
}

std::unique_ptr<Procedure> ComposeExecutor::settle(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return compose::settle(in); });
}

std::unique_ptr<Procedure> ComposeExecutor::verify(Inputs inputs, bool drift) const {
  return executors::script([in = std::move(inputs), drift](ScriptContext&) { return compose::verify(in, drift); });
}

std::unique_ptr<Procedure> ComposeExecutor::destroy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return compose::destroy(in); });
}

executors::Recovery ComposeExecutor::after_interruption(const api::Operation&) const {
  return executors::Recovery::Rerun;
}

std::vector<std::string> ComposeExecutor::tools(const api::DeploymentSpec&) const {
  return {"docker", "docker-compose"};
}

}  // namespace deployctl::compose
