#pragma once

// Inputs of docker releases, and a procedure driven against the fake daemon.

#include <optional>
#include <string>

#include "docker/executor.hpp"
#include "support/fake_docker.hpp"
#include "support/process_results.hpp"

namespace deployctl::docker {

inline std::string image_name(int release) { return "registry.local/web:" + std::to_string(release); }

inline executors::Inputs inputs_of(int release) {
  executors::Inputs in;
  in.key = {"shop", "web"};
  in.uid = "uid-1";
  in.installation = "cluster-1";
  in.spec.type = api::Type::Docker;
  in.spec.docker.emplace();
  in.spec.docker->image = image_name(release);
  in.revision = release;
  in.digest = "digest-" + std::to_string(release);
  in.work_dir = "/op";
  return in;
}

/// The inputs with which `release` is deployed again as a rollback of revision `revision`.
inline executors::Inputs rollback_to(int release, std::int64_t revision) {
  executors::Inputs in = inputs_of(release);
  in.revision = revision;
  in.restored_revision = release;
  in.rollback = true;
  in.pins = Json{{"image", support::image_id(image_name(release))}};
  return in;
}

struct Ran {
  executors::Next end;
  std::vector<executors::Step> steps;
  [[nodiscard]] bool is_done() const { return std::holds_alternative<executors::Done>(end); }
  [[nodiscard]] Error error() const {
    const auto* failed = std::get_if<executors::Failed>(&end);
    return failed != nullptr ? failed->error : Error{};
  }
  [[nodiscard]] std::vector<std::string> names() const {
    std::vector<std::string> names;
    for (const executors::Step& step : steps) names.push_back(step.name);
    return names;
  }
};

/// A daemon with the images of releases 1 to 9 in its registry.
class Daemon : public support::FakeDocker {
 public:
  Daemon() {
    for (int release = 1; release < 10; ++release)
      registry[image_name(release)] = support::image_id(image_name(release));
  }

  /// Runs a procedure to its end; the step of number `at` ends as `instead`, its work done or not.
  Ran drive(std::unique_ptr<executors::Procedure> procedure, int at = -1,
            std::optional<process::ProcessResult> instead = {}, bool work_done = false) {
    Ran ran;
    std::optional<executors::StepResult> result;
    for (int turn = 0; turn < 100; ++turn) {
      executors::Next next = procedure->next(result ? &*result : nullptr);
      result.reset();
      if (std::holds_alternative<executors::Pause>(next)) {
        if (on_pause) on_pause();
        continue;
      }
      const auto* step = std::get_if<executors::Step>(&next);
      if (step == nullptr) {
        ran.end = std::move(next);
        remembered = procedure->remembered();
        return ran;
      }
      const bool hit = static_cast<int>(ran.steps.size()) == at;
      ran.steps.push_back(*step);
      result.emplace();
      if (!hit || work_done) result->process = run(std::get<process::Command>(step->work));
      if (hit && instead) result->process = *instead;
    }
    ran.end = executors::Failed{fail(ErrorKind::Internal, "does not end")};
    return ran;
  }
  Ran deploy(const executors::Inputs& in) { return drive(DockerExecutor().deploy(in)); }
  Ran settle(const executors::Inputs& in) { return drive(DockerExecutor().settle(in)); }
  Ran verify(const executors::Inputs& in, bool drift = false) { return drive(DockerExecutor().verify(in, drift)); }
  Ran destroy(const executors::Inputs& in) { return drive(DockerExecutor().destroy(in)); }
  void release(int number) {
    deploy(inputs_of(number));
    settle(inputs_of(number));
  }

  std::function<void()> on_pause;
  executors::Remembered remembered;
};

/// What `Daemon::state` shows of one container.
inline std::string box(const std::string& name, int release, const std::string& policy, const std::string& status) {
  return name + " " + support::image_id(image_name(release)) + " " + policy + " " + status + "\n";
}

}  // namespace deployctl::docker
