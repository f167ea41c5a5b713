#pragma once

// Inputs of terraform releases, and a procedure driven against the fake tofu.

#include <string>
#include <vector>

#include "support/fake_tofu.hpp"
#include "support/process_results.hpp"
#include "terraform/executor.hpp"

namespace deployctl::terraform {

inline executors::Inputs inputs_with(ports::SourceTree files) {
  executors::Inputs in;
  in.key = {"shop", "web"};
  in.uid = "uid-1";
  in.installation = "cluster-1";
  in.user = "root";
  in.spec.type = api::Type::Terraform;
  in.spec.source.emplace();
  in.spec.terraform.emplace();
  in.spec.terraform->auto_approve = true;
  in.digest = "digest";
  in.work_dir = "/op";
  in.source_dir = "/op/src";
  in.kubeconfig = "apiVersion: v1\n";
  in.files = std::make_shared<ports::SourceTree>(std::move(files));
  return in;
}

/// Of release N: page holds N, and there is a resource only_N.
inline executors::Inputs inputs_of(int release, std::int64_t previous = 0) {
  executors::Inputs in = inputs_with({{"main.tf", {.bytes = "resource \"terraform_data\" \"page\" {}\n"}}});
  in.revision = release;
  in.previous_revision = previous;
  in.digest = "digest-" + std::to_string(release);
  in.variables = {{"RELEASE", std::to_string(release)}};
  if (previous > 0) in.inventory = Json::array({Json{{"kind", "resource"}, {"name", "terraform_data.page"}}});
  return in;
}

/// The inputs with which `release` is deployed again after another one failed, which had created `creates`.
inline executors::Inputs rollback_to(int release, std::vector<std::string> creates) {
  executors::Inputs in = inputs_of(release);
  in.inventory = Json::array({Json{{"kind", "resource"}, {"name", "terraform_data.page"}}});
  in.restored_revision = release;
  in.rollback = true;
  in.abandoned_pins = Json{{"creates", creates}};
  return in;
}

struct Ran {
  executors::Next end;
  std::vector<executors::Step> steps;  ///< but for those that empty a directory before init
  executors::Remembered remembered;
  std::vector<std::string> cleared = {};
  [[nodiscard]] bool is_done() const { return std::holds_alternative<executors::Done>(end); }
  [[nodiscard]] Error error() const {
    const auto* failed = std::get_if<executors::Failed>(&end);
    return failed != nullptr ? failed->error : Error{};
  }
  [[nodiscard]] std::optional<executors::Plan> asked() const {
    const auto* asks = std::get_if<executors::NeedsApproval>(&end);
    return asks != nullptr ? std::optional(asks->plan) : std::nullopt;
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const executors::Step& step : steps) names.push_back(step.name);
    return names;
  }
  [[nodiscard]] std::vector<std::string> argv(const std::string& step) const {
    for (const executors::Step& each : steps)
      if (each.name == step) return std::get<process::Command>(each.work).argv;
    return {};
  }
};

class Cloud : public support::FakeTofu {
 public:
  Cloud() {
    module = [](const Json& variables) {
      const std::string release = variables.value("RELEASE", "1");
      return Resources{{"terraform_data.page", release}, {"terraform_data.only_" + release, "x"}};
    };
  }

  Ran drive(std::unique_ptr<executors::Procedure> procedure) {
    Ran ran{.end = procedure->next(nullptr), .steps = {}, .remembered = {}, .cleared = {}};
    for (;;) {
      if (const auto* step = std::get_if<executors::Step>(&ran.end)) {
        if (step->name == "clear")
          ran.cleared.push_back(std::get<process::Command>(step->work).argv.back());
        else
          ran.steps.push_back(*step);
        const executors::StepResult result = run(*step);
        ran.end = procedure->next(&result);
      } else if (std::holds_alternative<executors::Pause>(ran.end)) {
        ran.end = procedure->next(nullptr);
      } else {
        break;
      }
    }
    ran.remembered = procedure->remembered();
    return ran;
  }
  bool restricted = false;
  Ran deploy(executors::Inputs in) { return drive(TerraformExecutor(restricted).deploy(std::move(in))); }
  Ran verify(executors::Inputs in, bool drift = false) {
    return drive(TerraformExecutor(restricted).verify(std::move(in), drift));
  }
  Ran destroy(executors::Inputs in) { return drive(TerraformExecutor(restricted).destroy(std::move(in))); }
};

}  // namespace deployctl::terraform
