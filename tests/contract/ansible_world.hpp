#pragma once

// The ansible executor against hosts in memory.

#include "ansible/executor.hpp"
#include "executor_contract.hpp"
#include "support/fake_ansible.hpp"

namespace deployctl::contract {

class AnsibleWorld final : public World {
 public:
  [[nodiscard]] const executors::Executor& executor() const override { return executor_; }

  [[nodiscard]] executors::Inputs release(int number, int previous) const override {
    executors::Inputs in;
    in.key = {"shop", "web"};
    in.uid = "uid-1";
    in.installation = "cluster-1";
    in.spec.type = api::Type::Ansible;
    in.spec.source.emplace();
    in.spec.ansible = api::Ansible{.playbook = "site.yml",
                                   .inventory = {.path = {}, .inline_text = "web1\nweb2\n"},
                                   .requirements = "requirements.yml",
                                   .destroy_playbook = "destroy.yml"};
    in.revision = number;
    in.previous_revision = previous;
    in.digest = "digest-" + std::to_string(number);
    in.source_dir = "/op/src";
    in.work_dir = "/op";
    in.vault_password = kCanary;
    in.ssh_private_key = kCanary;
    in.variables = {{"PASSWORD", kCanary}, {"RELEASE", std::to_string(number)}};
    in.files = std::make_shared<ports::SourceTree>(
        ports::SourceTree{{"site.yml", {}}, {"destroy.yml", {}}, {"requirements.yml", {}}});
    return in;
  }

  executors::StepResult run(const executors::Step& step) override { return ansible_.run(step); }

  [[nodiscard]] std::string state() const override { return Json(ansible_.on_hosts).dump(); }

 private:
  ansible::AnsibleExecutor executor_;
  support::FakeAnsible ansible_;
};

inline Subject ansible_subject() {
  return {"Ansible", [] { return std::make_unique<AnsibleWorld>(); }};
}

}  // namespace deployctl::contract
