#pragma once

// The terraform executor against an OpenTofu in memory.

#include "executor_contract.hpp"
#include "support/fake_tofu.hpp"
#include "terraform/executor.hpp"

namespace deployctl::contract {

class TerraformWorld final : public World {
 public:
  TerraformWorld() {
    tofu_.module = [](const Json& variables) {
      const std::string release = variables.value("RELEASE", "1");
      return support::FakeTofu::Resources{{"terraform_data.page", release},
                                          {"terraform_data.only_" + release, variables.value("PASSWORD", "")}};
    };
  }

  [[nodiscard]] const executors::Executor& executor() const override { return executor_; }

  /// Each release has a page, and one resource that only it has.
  [[nodiscard]] executors::Inputs release(int number, int previous) const override {
    executors::Inputs in;
    in.key = {"shop", "web"};
    in.uid = "uid-1";
    in.installation = "cluster-1";
    in.spec.type = api::Type::Terraform;
    in.spec.source.emplace();
    in.spec.terraform.emplace();
    in.spec.terraform->auto_approve = true;
    in.spec.terraform->binary = "tofu";
    in.revision = number;
    in.previous_revision = previous;
    in.digest = "digest-" + std::to_string(number);
    in.work_dir = "/op";
    in.source_dir = "/op/src";
    in.kubeconfig = "apiVersion: v1\n";
    in.variables = {{"RELEASE", std::to_string(number)}, {"PASSWORD", kCanary}};
    in.files = std::make_shared<ports::SourceTree>(
        ports::SourceTree{{"main.tf", {.bytes = "resource \"terraform_data\" \"page\" {}\n"}}});
    if (previous > 0) in.inventory = Json::array({Json{{"kind", "resource"}, {"name", "terraform_data.page"}}});
    return in;
  }

  executors::StepResult run(const executors::Step& step) override { return tofu_.run(step); }

  [[nodiscard]] std::string state() const override { return Json(tofu_.resources).dump(1); }

 private:
  terraform::TerraformExecutor executor_;
  support::FakeTofu tofu_;
};

inline Subject terraform_subject() {
  return {"Terraform", [] { return std::make_unique<TerraformWorld>(); }};
}

}  // namespace deployctl::contract
