#pragma once

// The compose executor against the fake tool: one service from a registry, one that is built.

#include <memory>

#include "compose/executor.hpp"
#include "executor_contract.hpp"
#include "support/fake_compose.hpp"

namespace deployctl::contract {

class ComposeWorld final : public World {
 public:
  ComposeWorld() {
    tool_.files["/op/src/compose.yaml"] = kFile;
    for (int release = 1; release < 10; ++release)
      tool_.docker.registry[image(release)] = support::image_id(image(release));
  }

  [[nodiscard]] const executors::Executor& executor() const override { return executor_; }

  [[nodiscard]] executors::Inputs release(int number, int previous) const override {
    executors::Inputs in;
    in.key = {"shop", "web"};
    in.uid = "uid-1";
    in.installation = "cluster-1";
    in.spec.type = api::Type::DockerCompose;
    in.spec.docker_compose.emplace();
    in.revision = number;
    in.previous_revision = previous;
    in.digest = "digest-" + std::to_string(number);
    in.work_dir = "/op";
    in.source_dir = "/op/src";
    in.files = std::make_shared<const ports::SourceTree>(ports::SourceTree{{"compose.yaml", {.bytes = kFile}}});
    in.variables = {{"PASSWORD", kCanary}, {"RELEASE", std::to_string(number)}};
    return in;
  }

  executors::StepResult run(const executors::Step& step) override {
    const auto& command = std::get<process::Command>(step.work);
    if (const auto release = command.env.find("RELEASE"); release != command.env.end())
      tool_.built["shop_web-worker"] = support::image_id("worker " + release->second);
    return {.process = tool_.run(command)};
  }

  [[nodiscard]] std::string state() const override { return tool_.state(); }

 private:
  static std::string image(int release) { return "registry.local/web:" + std::to_string(release); }
  static constexpr const char* kFile = R"({"services": {
    "web": {"image": "registry.local/web:${RELEASE}", "environment": {"PASSWORD": "${PASSWORD}"}},
    "worker": {"build": {"context": "/op/src"}}}})";

  compose::ComposeExecutor executor_;
  support::FakeCompose tool_;
};

inline Subject compose_subject() {
  return {"Compose", [] { return std::make_unique<ComposeWorld>(); }};
}

}  // namespace deployctl::contract
