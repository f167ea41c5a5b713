#include "docker/executor.hpp"

#include "docker/names.hpp"
#include "docker/scripts.hpp"

namespace deployctl::docker {

using executors::Inputs;
using executors::Procedure;
using executors::ScriptContext;

namespace {

executors::Script refuse(Error error) { co_return executors::Failed{std::move(error)}; }

}  // namespace

api::Target DockerExecutor::target(const ObjectKey& key, const api::DeploymentSpec& spec, const std::string&) const {
  std::string host = "local";
  if (spec.docker && spec.docker->host) host = spec.docker->host->endpoint;
  return {.host = std::move(host), .project = container_name(key)};
}

std::unique_ptr<Procedure> DockerExecutor::deploy(Inputs inputs) const {
  if (auto refused = refusal(inputs.spec))
    return executors::script([error = *refused](ScriptContext&) { return refuse(error); });
  return executors::script([in = std::move(inputs)](ScriptContext& context) { return docker::deploy(in, context); });
}

std::unique_ptr<Procedure> DockerExecutor::settle(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return docker::settle(in); });
}

std::unique_ptr<Procedure> DockerExecutor::verify(Inputs inputs, bool drift) const {
  return executors::script([in = std::move(inputs), drift](ScriptContext&) { return docker::verify(in, drift); });
}

std::unique_ptr<Procedure> DockerExecutor::destroy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return docker::destroy(in); });
}

executors::Recovery DockerExecutor::after_interruption(const api::Operation&) const {
  return executors::Recovery::Rerun;
}

std::vector<std::string> DockerExecutor::tools(const api::DeploymentSpec&) const { return {"docker"}; }

}  // namespace deployctl::docker
