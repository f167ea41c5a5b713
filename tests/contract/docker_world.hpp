#pragma once

// The docker executor against the fake daemon.

#include <memory>

#include "docker/executor.hpp"
#include "executor_contract.hpp"
#include "support/fake_docker.hpp"

namespace deployctl::contract {

class DockerWorld final : public World {
 public:
  DockerWorld() {
    for (int release = 1; release < 10; ++release) docker_.registry[image(release)] = support::image_id(image(release));
  }

  [[nodiscard]] const executors::Executor& executor() const override { return executor_; }

  [[nodiscard]] executors::Inputs release(int number, int previous) const override {
    executors::Inputs in;
    in.key = {"shop", "web"};
    in.uid = "uid-1";
    in.installation = "cluster-1";
    in.spec.type = api::Type::Docker;
    in.spec.docker.emplace();
    in.spec.docker->image = image(number);
    in.spec.docker->ports.push_back({.container = 8080});
    in.revision = number;
    in.previous_revision = previous;
    in.digest = "digest-" + std::to_string(number);
    in.work_dir = "/op";
    in.variables = {{"PASSWORD", kCanary}};
    return in;
  }

  executors::StepResult run(const executors::Step& step) override {
    return {.process = docker_.run(std::get<process::Command>(step.work))};
  }

  [[nodiscard]] std::string state() const override { return docker_.state(); }

 private:
  static std::string image(int release) { return "registry.local/web:" + std::to_string(release); }

  docker::DockerExecutor executor_;
  support::FakeDocker docker_;
};

inline Subject docker_subject() {
  return {"Docker", [] { return std::make_unique<DockerWorld>(); }};
}

}  // namespace deployctl::contract
