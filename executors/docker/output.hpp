#pragma once

// What the answers of the docker command line mean. Pure. The words matched are those of 20.10 to 28.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "executors/procedure.hpp"

namespace deployctl::docker {

/// One container as `docker container inspect` shows it.
struct Container {
  std::string id;
  std::string name;   ///< without the leading slash
  std::string image;  ///< id of its image
  std::map<std::string, std::string> labels;
  std::string status;  ///< created, running, paused, restarting, removing, exited, dead
  std::int64_t exit_code = 0;
  std::string error;  ///< why the daemon could not start it
  bool out_of_memory = false;
  std::string started_at;
  std::int64_t restarts = 0;
  std::string health;         ///< empty without HEALTHCHECK; starting, healthy, unhealthy
  std::string health_output;  ///< of its last check
  std::string restart_policy;
  std::int64_t memory = 0;     ///< bytes; 0: no limit
  std::int64_t nano_cpus = 0;  ///< 0: no limit
  std::vector<std::string> networks;

  [[nodiscard]] bool is_running() const { return status == "running"; }
  [[nodiscard]] bool is_up() const { return status == "running" || status == "restarting" || status == "paused"; }
  [[nodiscard]] std::string label(std::string_view key) const;
  [[nodiscard]] std::int64_t revision() const;  ///< of its label; 0 when it has none
};

struct Image {
  std::string id;
  std::vector<std::string> repo_digests;
};

/// Ids, one per line (`docker ps --quiet`, `docker image ls --quiet`), each once. Anything else is an error: taking it
/// for "nothing there" would start a second container.
Result<std::vector<std::string>> read_ids(std::string_view out);
Result<std::vector<Container>> read_containers(std::string_view out);
Result<Image> read_image(std::string_view out);

/// True when every complaint is that the thing is not there (any more).
bool says_not_there(const executors::StepResult& result);

/// Of a step that did not end well. ExecutorUnavailable when the daemon does not answer; otherwise `what` and the
/// daemon's own words.
Error error_of(std::string_view what, const executors::StepResult& result);
/// The fields to look at when an image cannot be pulled.
struct PullFields {
  std::string logins = "spec.docker.registrySecretRef";
  std::string image = "spec.docker.image and spec.version";
};
/// As error_of, with the registry's refusals told apart: AccessDenied, StepFailed (no such image), Transient.
Error pull_error(const std::string& image, const executors::StepResult& result, const PullFields& fields);
/// As error_of; Invalid where the Dockerfile itself is at fault.
Error build_error(const executors::StepResult& result);

}  // namespace deployctl::docker
