#include "docker/running.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "docker/commands.hpp"
#include "docker/names.hpp"

namespace deployctl::docker {
namespace {

std::string ended_words(const Container& container) {
  if (container.out_of_memory) return "was killed: out of memory";
  std::string words = "exited with code " + std::to_string(container.exit_code);
  if (!container.error.empty()) words += " (" + cut(one_line(container.error), 200) + ")";
  return words;
}

}  // namespace

RunningReport running_report(const Container& container) {
  const std::string name = "container " + container.name + " ";
  if (container.status == "restarting")
    return {Running::No, name + "restarts again and again: " + ended_words(container)};
  if (container.status == "paused") return {Running::No, name + "is paused"};
  if (container.status == "created") return {Running::No, name + "was never started"};
  if (!container.is_running()) return {Running::No, name + ended_words(container)};
  if (container.health == "unhealthy") {
    std::string words = name + "is unhealthy by its own health check";
    if (!container.health_output.empty()) words += ": " + cut(one_line(container.health_output), 200);
    return {Running::No, words};
  }
  if (container.health == "starting") return {Running::NotYet, name + "waits for its own health check"};
  return {Running::Yes, name + "runs"};
}

std::string differences(const executors::Inputs& in, const Container& container, const std::string& image) {
  const api::Docker& wanted = docker_block(in);
  std::vector<std::string> found;
  if (container.name != container_name(in.key)) found.push_back("name is " + container.name);
  if (container.restart_policy != wanted.restart_policy)
    found.push_back("restart policy is " + container.restart_policy);
  if (container.memory != memory_bytes(wanted.memory.value_or("")))
    found.push_back("memory limit is " + std::to_string(container.memory));
  if (container.nano_cpus != nano_cpus(wanted.cpus.value_or("")))
    found.push_back("cpu limit is " + std::to_string(container.nano_cpus) + " nano cpus");
  if (wanted.network && *wanted.network != "host" &&
      std::ranges::find(container.networks, *wanted.network) == container.networks.end())
    found.push_back("not in network " + *wanted.network);
  if (!image.empty() && image != container.image) found.push_back("image " + wanted.image.value_or("") + " has moved");
  std::string words;
  for (const std::string& each : found) words += (words.empty() ? "" : ", ") + each;
  return words;
}

}  // namespace deployctl::docker
