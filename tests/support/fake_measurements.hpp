#pragma once

// ports::Measurements that keeps each call as a line of words, in order: "deployment docker succeeded".

#include <string>
#include <string_view>
#include <vector>

#include "ports/measurements.hpp"

namespace deployctl::support {

class FakeMeasurements final : public ports::Measurements {
 public:
  std::vector<std::string> lines;

  void deployment_finished(api::Type executor, std::string_view result, Duration /*took*/) override {
    add({"deployment", word(executor), result});
  }
  void step_finished(api::Type executor, std::string_view step, std::string_view result, Duration /*took*/) override {
    add({"step", word(executor), step, result});
  }
  void step_started(api::Type executor) override { add({"started", word(executor)}); }
  void rollback_finished(api::Type executor, std::string_view trigger, std::string_view result) override {
    add({"rollback", word(executor), trigger, result});
  }
  void health_check_finished(std::string_view type, std::string_view result, Duration /*took*/) override {
    add({"check", type, result});
  }
  void source_fetched(std::string_view source, std::string_view result) override { add({"source", source, result}); }
  void orphaned(api::Type executor) override { add({"orphaned", word(executor)}); }
  void object_changed(const api::Deployment& object) override { add({"changed", object.meta.key.str()}); }
  void object_gone(const ObjectKey& key) override { add({"gone", key.str()}); }

  /// How many lines begin with `words`.
  [[nodiscard]] std::size_t count(std::string_view words) const {
    std::size_t found = 0;
    for (const std::string& line : lines) found += line.starts_with(words) ? 1U : 0U;
    return found;
  }

 private:
  /// The switch stands here and not in api::to_string, so that a wrong word there is seen.
  static std::string_view word(api::Type type) {
    switch (type) {
      case api::Type::Docker: return "docker";
      case api::Type::DockerCompose: return "docker-compose";
      case api::Type::Kubernetes: return "kubernetes";
      case api::Type::Terraform: return "terraform";
      case api::Type::Ansible: return "ansible";
    }
    return "";
  }
  void add(std::initializer_list<std::string_view> words) {
    std::string line;
    for (const std::string_view part : words) line += (line.empty() ? "" : " ") + std::string(part);
    lines.push_back(std::move(line));
  }
};

}  // namespace deployctl::support
