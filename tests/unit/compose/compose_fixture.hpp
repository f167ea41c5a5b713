#pragma once

// Inputs of compose releases, and a procedure driven against the fake tool. Of the project, "web" is built under a tag
// that never changes, "cache" comes from a registry.

#include <functional>
#include <optional>
#include <string>

#include "compose/executor.hpp"
#include "compose/names.hpp"
#include "support/fake_compose.hpp"
#include "support/process_results.hpp"

namespace deployctl::compose {

inline constexpr const char* kWebImage = "shop/web:latest";
inline constexpr const char* kCacheImage = "registry.local/cache:1";
inline constexpr const char* kCacheDigest = "registry.local/cache@sha256:c";
inline constexpr const char* kTwoServices = R"({"services": {
  "web": {"build": {"context": "/kept/src"}, "image": "shop/web:latest", "environment": {"A": "${A}"}},
  "cache": {"image": "registry.local/cache:1"}}})";

inline std::string web_image(int release) { return support::image_id("web " + std::to_string(release)); }

inline executors::Inputs inputs_of(int release, const std::string& text = kTwoServices) {
  executors::Inputs in;
  in.key = {"shop", "web"};
  in.uid = "uid-1";
  in.installation = "cluster-1";
  in.spec.type = api::Type::DockerCompose;
  in.spec.docker_compose.emplace();
  in.spec.source.emplace();
  in.revision = release;
  in.digest = "digest-" + std::to_string(release);
  in.work_dir = "/op";
  in.source_dir = "/kept/src";
  in.files = std::make_shared<const ports::SourceTree>(ports::SourceTree{{"compose.yaml", {.bytes = text}}});
  in.variables = {{"A", "1"}};
  return in;
}

inline executors::Inputs rollback_to(int release, std::int64_t revision, const Json& pins) {
  executors::Inputs in = inputs_of(release);
  in.revision = revision;
  in.restored_revision = release;
  in.rollback = true;
  in.pins = pins;
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

class Tool : public support::FakeCompose {
 public:
  Tool() {
    docker.registry[kCacheImage] = support::image_id("cache");
    docker.registry[kCacheDigest] = support::image_id("cache");
  }

  Ran drive(std::unique_ptr<executors::Procedure> procedure) {
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
      ran.steps.push_back(*step);
      result.emplace();
      result->process = run(std::get<process::Command>(step->work));
    }
    ran.end = executors::Failed{fail(ErrorKind::Internal, "does not end")};
    return ran;
  }
  /// The build of this release gives an image of its own under the same tag.
  Ran deploy(const executors::Inputs& in, bool restricted = false) {
    files["/kept/src/compose.yaml"] = in.files->at("compose.yaml").bytes;
    built[kWebImage] = web_image(static_cast<int>(in.restored_revision > 0 ? in.restored_revision : in.revision));
    return drive(ComposeExecutor(restricted).deploy(in));
  }
  Ran settle(const executors::Inputs& in) { return drive(ComposeExecutor().settle(in)); }
  Ran verify(executors::Inputs in, bool drift = false) {
    if (in.pins.empty()) in.pins = remembered.pins;
    const executors::Remembered before = remembered;
    Ran ran = drive(ComposeExecutor().verify(in, drift));
    remembered = before;
    return ran;
  }
  Ran destroy(const executors::Inputs& in) { return drive(ComposeExecutor().destroy(in)); }

  std::function<void()> on_pause;
  executors::Remembered remembered;
};

}  // namespace deployctl::compose
