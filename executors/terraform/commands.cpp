#include "terraform/commands.hpp"

#include <algorithm>
#include <utility>

#include "api/constants.hpp"
#include "base/strict_json.hpp"
#include "terraform/errored_steps.hpp"
#include "terraform/plan.hpp"

namespace deployctl::terraform {
namespace {

using executors::Effect;
using executors::Inputs;
using executors::Step;
using std::chrono::minutes;

constexpr std::size_t kMaxAnswer = 8U * 1024 * 1024;
/// The lines that tell why come last.
constexpr process::Capture kLines = {process::Capture::Kind::Tail, 1024U * 1024};
/// What was begun is finished and the state saved before the tool ends; a second signal would lose it. SIGINT, because
/// the whole group gets it and a provider ignores that one alone (go-plugin, "eat the interrupts").
constexpr process::Stop kLet = {.signal = SIGINT, .grace = minutes(5), .finishes = true};

constexpr std::string_view kSettings = "tool.tfrc";
constexpr std::string_view kVariables = "variables.tfvars.json";
constexpr const char* kLeases = "leases.coordination.k8s.io";
constexpr std::string_view kBackendValues = "backend-values.json";

const api::Terraform& block(const Inputs& in) {
  static const api::Terraform kDefaults;
  return in.spec.terraform ? *in.spec.terraform : kDefaults;
}

std::string in_work_dir(const Inputs& in, std::string_view file) { return in.work_dir + "/" + std::string(file); }

process::Command a_command(const Inputs& in, const Bench& bench, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {std::string(program(bench.tool))};
  std::ranges::move(arguments, std::back_inserter(command.argv));
  command.cwd = in.source_dir;
  command.env = in.env;
  command.env["TF_IN_AUTOMATION"] = "1";
  command.env["TF_INPUT"] = "0";
  command.env["CHECKPOINT_DISABLE"] = "1";
  command.env["TF_DATA_DIR"] = bench.data_dir;
  command.env["TF_CLI_CONFIG_FILE"] = in_work_dir(in, kSettings);
  command.env.erase("TF_PLUGIN_CACHE_DIR");  // one that operations share is written by several at a time
  if (const auto& workspace = block(in).workspace) command.env["TF_WORKSPACE"] = *workspace;
  command.files.push_back({.path = std::string(kSettings), .bytes = "disable_checkpoint = true\n"});
  if (bench.backend.type == "kubernetes") command.env.emplace(kNamespaceVariable, in.key.ns);
  if (bench.backend.uses_kubeconfig() && !in.kubeconfig.empty())
    command.files.push_back({.path = std::string(kKubeconfig), .bytes = in.kubeconfig});
  if (bench.backend.ours) command.files.push_back(backend_file(in));
  command.stdout_capture = kLines;
  return command;
}

void add_lock(const Inputs& in, const Bench& bench, std::vector<std::string>& arguments) {
  if (!bench.lock) return arguments.emplace_back("-lock=false"), void();
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(block(in).lock_timeout);
  arguments.push_back("-lock-timeout=" + std::to_string(seconds.count()) + "s");
}

void add_variables(const Inputs& in, process::Command& command) {
  for (const std::string& file : block(in).var_files) command.argv.push_back("-var-file=" + file);
  Json values = Json::object();
  for (const auto& [name, value] : in.variables) values[name] = value;
  command.files.push_back({.path = std::string(kVariables), .bytes = dump_json(values)});
  command.argv.push_back("-var-file=" + in_work_dir(in, kVariables));
}

std::string parallelism(const Inputs& in) { return "-parallelism=" + std::to_string(block(in).parallelism); }

Step asking(std::string name, process::Command command, Duration timeout) {
  return {.name = std::move(name), .work = std::move(command), .timeout = timeout, .effect = Effect::None};
}

}  // namespace

process::Command kubectl(const Inputs& in, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {"kubectl", "--namespace=" + in.key.ns};
  std::ranges::move(arguments, std::back_inserter(command.argv));
  command.env["KUBECONFIG"] = in_work_dir(in, kKubeconfig);
  command.files.push_back({.path = std::string(kKubeconfig), .bytes = in.kubeconfig});
  command.stdout_capture = kLines;
  return command;
}

Step init(const Inputs& in, const Bench& bench) {
  process::Command command = a_command(in, bench, {"init", "-json", "-no-color", "-input=false", "-reconfigure"});
  Json values = Json(in.backend_config);
  if (!bench.backend.ours && bench.backend.uses_kubeconfig() && !in.kubeconfig.empty())
    values["config_path"] = kKubeconfigSetting;
  if (!values.empty()) {
    command.files.push_back({.path = std::string(kBackendValues), .bytes = dump_json(values)});
    command.argv.push_back("-backend-config=" + in_work_dir(in, kBackendValues));
  }
  return asking("init", std::move(command), minutes(10));
}

Step plan(const Inputs& in, const Bench& bench, PlanFor what) {
  std::vector<std::string> arguments = {"plan", "-json", "-no-color", "-input=false", "-detailed-exitcode"};
  const bool looks = what == PlanFor::Look || what == PlanFor::LookAtState;
  if (looks) {
    arguments.emplace_back("-lock=false");
  } else {
    add_lock(in, bench, arguments);
    arguments.push_back("-out=" + in_work_dir(in, kPlanFile));
  }
  if (what == PlanFor::Destroy) arguments.emplace_back("-destroy");
  if (what == PlanFor::LookAtState) arguments.emplace_back("-refresh=false");
  arguments.push_back(parallelism(in));
  process::Command command = a_command(in, bench, std::move(arguments));
  add_variables(in, command);
  command.also_good = 2;  // there is something to change
  return asking(looks ? "look" : "plan", std::move(command), in.spec.timeout);
}

Step show(const Inputs& in, const Bench& bench, const std::string& kept) {
  process::Command command = a_command(in, bench, {"show", "-json", "-no-color", in_work_dir(in, kPlanFile)});
  if (!kept.empty()) command.files.push_back({.path = std::string(kPlanFile), .bytes = kept});
  command.stdout_capture = process::whole(kMaxPlanBytes);
  return asking("show", std::move(command), minutes(5));
}

Step apply(const Inputs& in, const Bench& bench, PlanFor what) {
  std::vector<std::string> arguments = {"apply", "-json", "-no-color", "-input=false", parallelism(in)};
  add_lock(in, bench, arguments);
  arguments.push_back(in_work_dir(in, kPlanFile));
  process::Command command = a_command(in, bench, std::move(arguments));
  command.files.push_back(state_owner(in));
  command.stop = kLet;
  return {.name = what == PlanFor::Destroy ? "destroy" : "apply",
          .work = std::move(command),
          .timeout = in.spec.timeout,
          .effect = Effect::Once};
}

Step output(const Inputs& in, const Bench& bench) {
  process::Command command = a_command(in, bench, {"output", "-json", "-no-color"});
  command.stdout_capture = process::whole(kMaxAnswer);
  return asking("output", std::move(command), minutes(2));
}

Step pull_state(const Inputs& in, const Bench& bench) {
  process::Command command = a_command(in, bench, {"state", "pull"});
  command.stdout_capture = process::whole(kMaxPlanBytes);
  return asking("state", std::move(command), minutes(2));
}

Step clear_data(const Bench& bench) {
  process::Command command;
  command.argv = {"rm", "-rf", "--", bench.data_dir};
  return asking("clear", std::move(command), minutes(2));
}

Step push_state(const Inputs& in, const Bench& bench, const std::string& file) {
  std::vector<std::string> arguments = {"state", "push", "-no-color"};
  add_lock(in, bench, arguments);
  arguments.push_back(file);
  return asking("push", a_command(in, bench, std::move(arguments)), minutes(2));
}

Step unlock(const Inputs& in, const Bench& bench, const std::string& lock_id) {
  return asking("unlock", a_command(in, bench, {"force-unlock", "-force", lock_id}), minutes(2));
}

Step find_lease(const Inputs& in) {
  process::Command command = kubectl(in, {"get", kLeases, lock_name(in), "--ignore-not-found", "--output=json"});
  command.stdout_capture = process::whole(kMaxAnswer);
  return asking("lease", std::move(command), minutes(1));
}

Step own_lease(const Inputs& in) {
  const Json owner = {{"apiVersion", api::kApiVersion}, {"kind", api::kKind}, {"name", in.key.name}, {"uid", in.uid}};
  const Json patch = {{"metadata", {{"ownerReferences", Json::array({owner})}}}};
  return {.name = "own-lease",
          .work = kubectl(in, {"patch", kLeases, lock_name(in), "--type=merge", "--patch=" + dump_json(patch)}),
          .timeout = minutes(1),
          .effect = Effect::Repeatable};
}

Step forget(const Inputs& in) {
  const std::string chosen = "tfstate=true,tfstateSecretSuffix=" + state_suffix(in.key) +
                             ",tfstateWorkspace=" + block(in).workspace.value_or("default");
  return {.name = "forget",
          .work = kubectl(in, {"delete", "secrets", "--selector=" + chosen, "--ignore-not-found", "--wait=false"}),
          .timeout = minutes(1),
          .effect = Effect::Repeatable};
}

}  // namespace deployctl::terraform
