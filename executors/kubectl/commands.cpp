#include "kubectl/commands.hpp"

#include <utility>

#include "api/constants.hpp"

namespace deployctl::kubectl {
namespace {

using executors::Effect;
using executors::Inputs;
using executors::Step;

constexpr std::size_t kMaxOutput = 32U * 1024 * 1024;
constexpr std::string_view kObjectsFile = "objects.json";

process::Command kubectl(const Inputs& inputs, std::vector<std::string> arguments) {
  process::Command command;
  command.argv = {"kubectl"};
  for (std::string& argument : arguments) command.argv.push_back(std::move(argument));
  command.env = inputs.env;
  command.env["KUBECONFIG"] = inputs.work_dir + "/kubeconfig";
  command.files.push_back({.path = "kubeconfig", .bytes = inputs.kubeconfig});
  command.stdout_capture = process::whole(kMaxOutput);
  return command;
}

std::string in_namespace(const Inputs& inputs) { return "--namespace=" + namespace_of(inputs); }
std::string objects_file(const Inputs& inputs) {
  return "--filename=" + inputs.work_dir + "/" + std::string(kObjectsFile);
}

Step with_objects(std::string name, process::Command command, std::string objects, Effect effect, Duration timeout) {
  command.files.push_back({.path = std::string(kObjectsFile), .bytes = std::move(objects)});
  return Step{.name = std::move(name), .work = std::move(command), .timeout = timeout, .effect = effect};
}

std::vector<std::string> apply_arguments(const Inputs& inputs) {
  std::vector<std::string> arguments = {"apply", "--server-side",
                                        "--field-manager=" + std::string(api::kControllerName), in_namespace(inputs),
                                        objects_file(inputs)};
  if (inputs.spec.kubernetes && inputs.spec.kubernetes->force) arguments.emplace_back("--force-conflicts");
  return arguments;
}

}  // namespace

std::string namespace_of(const Inputs& inputs) {
  return inputs.spec.kubernetes ? inputs.spec.kubernetes->ns.value_or(inputs.key.ns) : inputs.key.ns;
}

Step kustomize(const Inputs& inputs) {
  return Step{.name = "render",
              .work = kubectl(inputs, {"kustomize", inputs.source_dir}),
              .timeout = std::chrono::minutes(2),
              .effect = Effect::None};
}

Step dry_run(const Inputs& inputs, std::string objects) {
  auto arguments = apply_arguments(inputs);
  arguments.insert(arguments.end(), {"--dry-run=server", "--output=json"});
  return with_objects("dry-run", kubectl(inputs, std::move(arguments)), std::move(objects), Effect::None,
                      std::chrono::minutes(5));
}

Step apply(const Inputs& inputs, std::string name, std::string objects) {
  return with_objects(std::move(name), kubectl(inputs, apply_arguments(inputs)), std::move(objects), Effect::Repeatable,
                      std::chrono::minutes(10));
}

Step get(const Inputs& inputs, std::string name, std::string objects, bool ignore_not_found) {
  std::vector<std::string> arguments = {"get", in_namespace(inputs), objects_file(inputs), "--output=json"};
  if (ignore_not_found) arguments.emplace_back("--ignore-not-found");
  return with_objects(std::move(name), kubectl(inputs, std::move(arguments)), std::move(objects), Effect::None,
                      std::chrono::minutes(1));
}

Step get_pods(const Inputs& inputs, const std::string& ns, const std::string& selector) {
  return Step{.name = "pods",
              .work = kubectl(inputs, {"get", "pods", "--namespace=" + ns, "--selector=" + selector, "--output=json"}),
              .timeout = std::chrono::minutes(1),
              .effect = Effect::None};
}

Step remove(const Inputs& inputs, std::string name, std::string objects) {
  return with_objects(std::move(name),
                      kubectl(inputs, {"delete", in_namespace(inputs), objects_file(inputs), "--ignore-not-found",
                                       "--cascade=foreground", "--wait=true"}),
                      std::move(objects), Effect::Repeatable, std::chrono::minutes(10));
}

Step diff(const Inputs& inputs, std::string objects) {
  return with_objects("diff",
                      kubectl(inputs, {"diff", "--server-side", "--field-manager=" + std::string(api::kControllerName),
                                       "--force-conflicts", in_namespace(inputs), objects_file(inputs)}),
                      std::move(objects), Effect::None, std::chrono::minutes(5));
}

}  // namespace deployctl::kubectl
