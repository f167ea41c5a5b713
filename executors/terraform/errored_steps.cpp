#include "terraform/errored_steps.hpp"

#include <filesystem>
#include <utility>

#include "api/constants.hpp"
#include "base/sha256.hpp"
#include "base/text.hpp"
#include "terraform/plan.hpp"

namespace deployctl::terraform {
namespace {

using executors::Inputs;
using executors::Step;
using std::chrono::minutes;

constexpr std::size_t kLongestFile = 200;
constexpr std::size_t kLongestSecret = 253;
constexpr std::string_view kSuffix = "-errored-state";

Step saving(Step step) {
  step.cleanup = true;
  return step;
}

Step plain(std::string name, std::vector<std::string> argv, const Inputs& in) {
  process::Command command;
  command.argv = std::move(argv);
  command.cwd = in.source_dir;
  return {.name = std::move(name), .work = std::move(command), .timeout = minutes(1)};
}

Step with_whole_output(Step step) {
  std::get<process::Command>(step.work).stdout_capture = process::whole(kMaxPlanBytes);
  return step;
}

}  // namespace

std::string errored_secret(const Inputs& in) {
  constexpr std::size_t kStem = kLongestSecret - kSuffix.size();
  return (in.key.name.size() <= kStem ? in.key.name : bounded_name(in.key.name, kStem)) + std::string(kSuffix);
}

std::string path_aside(const Inputs& in) {
  const std::filesystem::path root = std::filesystem::path(in.work_dir).parent_path();
  return (root / "left-states" / state_owner(in).bytes).string();
}

process::CommandFile state_owner(const Inputs& in) {
  return {.path = "state-owner", .bytes = bounded_name(in.key.ns + "_" + in.key.name, kLongestFile)};
}

Step push_left_state(const Inputs& in, const Bench& bench) {
  return saving(push_state(in, bench, std::string(kLeftStateFile)));
}

Step remove_left_state(const Inputs& in) {
  return saving(plain("keep-state", {"rm", "-f", "--", std::string(kLeftStateFile)}, in));
}

Step read_left_state(const Inputs& in) {
  return saving(with_whole_output(plain("keep-state", {"cat", "--", std::string(kLeftStateFile)}, in)));
}

Step keep_in_secret(const Inputs& in, const std::string& state) {
  Json labels = {{std::string(api::labels::kInstallation), in.installation}};
  if (in.key.name.size() <= 63) labels[std::string(api::labels::kName)] = in.key.name;
  const Json secret = {{"apiVersion", "v1"},
                       {"kind", "Secret"},
                       {"metadata", {{"name", errored_secret(in)}, {"namespace", in.key.ns}, {"labels", labels}}},
                       {"data", {{"tfstate", base64_encode(state)}}}};
  process::Command command = kubectl(in, {"create", "--filename=" + in.work_dir + "/errored-state.json"});
  command.files.push_back({.path = "errored-state.json", .bytes = dump_json(secret)});
  return saving({.name = "keep-state", .work = std::move(command), .timeout = minutes(1)});
}

Step read_aside(const Inputs& in) { return with_whole_output(plain("kept-state", {"cat", "--", path_aside(in)}, in)); }

Step find_secret(const Inputs& in) {
  return with_whole_output(
      {.name = "kept-state",
       .work = kubectl(in, {"get", "secrets", errored_secret(in), "--ignore-not-found", "--output=json"}),
       .timeout = minutes(1)});
}

Step push_kept_state(const Inputs& in, const Bench& bench, const std::string& state) {
  Step step = push_state(in, bench, in.work_dir + "/" + std::string(kLeftStateFile));
  std::get<process::Command>(step.work).files.push_back({.path = std::string(kLeftStateFile), .bytes = state});
  return step;
}

Step remove_aside(const Inputs& in) { return plain("kept-state", {"rm", "-f", "--", path_aside(in)}, in); }

/// Ours alone.
Step remove_secret(const Inputs& in) {
  const std::string ours = "--selector=" + std::string(api::labels::kInstallation) + "=" + in.installation;
  const std::string named = "--field-selector=metadata.name=" + errored_secret(in);
  return {.name = "kept-state",
          .work = kubectl(in, {"delete", "secrets", ours, named, "--ignore-not-found", "--wait=false"}),
          .timeout = minutes(1)};
}

}  // namespace deployctl::terraform
