#pragma once

// Objects as a test tells them: `a_deployment().named("web").with_finalizer().serving(1)`. Values, no state between
// tests. Digests are made up from the version: "v1:<version>".

#include <string>
#include <utility>

#include "api/conditions.hpp"
#include "api/constants.hpp"
#include "api/deployment.hpp"

namespace deployctl::support {

inline constexpr const char* kGate = "v1:gate";
inline std::string digest_for(const std::string& version) { return "v1:" + version; }

class DeploymentBuilder {
 public:
  DeploymentBuilder() {
    object_.meta = {.key = {"shop", "web"}, .uid = "uid-web", .resource_version = "1", .generation = 1};
    object_.spec.type = api::Type::Docker;
    object_.spec.version = "1";
    object_.spec.docker = api::Docker{.image = "registry.example/web:1"};
  }

  DeploymentBuilder& named(const std::string& name) {
    object_.meta.key.name = name;
    object_.meta.uid = "uid-" + name;
    return *this;
  }
  DeploymentBuilder& with_finalizer() {
    object_.meta.finalizers.emplace_back(api::kFinalizer);
    return *this;
  }
  DeploymentBuilder& being_deleted() {
    object_.meta.deleting = true;
    return *this;
  }
  DeploymentBuilder& of_version(const std::string& version) {
    object_.spec.version = version;
    return *this;
  }
  DeploymentBuilder& at_generation(std::int64_t generation) {
    object_.meta.generation = generation;
    return *this;
  }
  DeploymentBuilder& observed(std::int64_t generation) {
    object_.status.observed_generation = generation;
    return *this;
  }
  DeploymentBuilder& with(std::pair<std::string_view, std::string> annotation) {
    object_.meta.annotations[std::string(annotation.first)] = std::move(annotation.second);
    return *this;
  }
  template <class Change>
  DeploymentBuilder& where(Change change) {
    change(object_);
    return *this;
  }
  /// The newest entry of the history; `revision` 0 failed before it took a number.
  DeploymentBuilder& after(api::OperationKind kind, std::int64_t revision, const std::string& version,
                           api::HistoryResult result, std::string_view reason, WallTime finished = {}) {
    object_.status.history.insert(object_.status.history.begin(), {.revision = revision,
                                                                   .kind = kind,
                                                                   .version = version,
                                                                   .digest = digest_for(version),
                                                                   .gate = kGate,
                                                                   .result = result,
                                                                   .restorable = api::Restorable::Exact,
                                                                   .trigger = "Spec",
                                                                   .finished_at = finished,
                                                                   .reason = std::string(reason),
                                                                   .message = "said the tool"});
    object_.status.last_revision = std::max(object_.status.last_revision, revision);
    return *this;
  }
  /// Version `version` was deployed as `revision` and serves.
  DeploymentBuilder& serving(std::int64_t revision, const std::string& version = "1") {
    after(api::OperationKind::Deploy, revision, version, api::HistoryResult::Succeeded, api::reasons::kSucceeded);
    object_.status.revision = revision;
    object_.status.version = version;
    return observed(object_.meta.generation);
  }
  DeploymentBuilder& quarantined(const std::string& version, std::string_view reason) {
    object_.status.quarantined.push_back({.digest = digest_for(version),
                                          .gate = kGate,
                                          .version = version,
                                          .revision = object_.status.last_revision,
                                          .reason = std::string(reason)});
    return *this;
  }

  operator api::Deployment() const { return object_; }  // NOLINT(google-explicit-constructor)
  [[nodiscard]] api::Deployment build() const { return object_; }

 private:
  api::Deployment object_;
};

inline DeploymentBuilder a_deployment() { return {}; }

}  // namespace deployctl::support
