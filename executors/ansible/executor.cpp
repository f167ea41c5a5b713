#include "ansible/executor.hpp"

#include "ansible/scripts.hpp"

namespace deployctl::ansible {

using executors::Inputs;
using executors::Procedure;
using executors::ScriptContext;

namespace {

Error invalid(const std::string& what) { return fail(ErrorKind::Invalid, "spec.ansible" + what); }

}  // namespace

Result<void> AnsibleExecutor::validate(const api::DeploymentSpec& spec) const {
  if (!spec.ansible) return invalid(": missing");
  if (!spec.source)
    return fail(ErrorKind::Invalid, "spec.source: an ansible deployment needs a playbook: set one source");
  // A pattern "@file" is read from a file of the controller.
  if (spec.ansible->limit && spec.ansible->limit->find('@') != std::string::npos)
    return invalid(".limit: \"@\" is not allowed: name hosts, groups and patterns");
  return {};
}

api::Target AnsibleExecutor::target(const ObjectKey&, const api::DeploymentSpec&, const std::string&) const {
  return {};
}

std::unique_ptr<Procedure> AnsibleExecutor::deploy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext& context) { return ansible::deploy(in, context); });
}

std::unique_ptr<Procedure> AnsibleExecutor::settle(Inputs) const { return nullptr; }

std::unique_ptr<Procedure> AnsibleExecutor::verify(Inputs inputs, bool drift) const {
  return executors::script([in = std::move(inputs), drift](ScriptContext&) { return ansible::verify(in, drift); });
}

std::unique_ptr<Procedure> AnsibleExecutor::destroy(Inputs inputs) const {
  return executors::script([in = std::move(inputs)](ScriptContext&) { return ansible::destroy(in); });
}

executors::Recovery AnsibleExecutor::after_interruption(const api::Operation&) const {
  return executors::Recovery::Rerun;
}

std::vector<std::string> AnsibleExecutor::tools(const api::DeploymentSpec& spec) const {
  std::vector<std::string> tools = {"ansible-playbook"};
  if (spec.ansible && spec.ansible->requirements) tools.emplace_back("ansible-galaxy");
  return tools;
}

}  // namespace deployctl::ansible
