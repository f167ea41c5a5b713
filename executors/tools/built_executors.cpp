#include "tools/built_executors.hpp"

#include "ansible/executor.hpp"
#include "compose/executor.hpp"
#include "docker/executor.hpp"
#include "kubectl/executor.hpp"
#include "terraform/executor.hpp"

namespace deployctl::tools {

executors::MapRegistry built_executors(bool restricted) {
  executors::MapRegistry registry;
  registry.add(api::Type::Docker, std::make_unique<docker::DockerExecutor>(restricted));
  registry.add(api::Type::DockerCompose, std::make_unique<compose::ComposeExecutor>(restricted));
  registry.add(api::Type::Kubernetes, std::make_unique<kubectl::KubectlExecutor>());
  registry.add(api::Type::Terraform, std::make_unique<terraform::TerraformExecutor>(restricted));
  registry.add(api::Type::Ansible, std::make_unique<ansible::AnsibleExecutor>());
  return registry;
}

}  // namespace deployctl::tools
