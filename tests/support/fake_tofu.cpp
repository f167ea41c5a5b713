#include "support/fake_tofu.hpp"

#include <algorithm>
#include <utility>

#include "support/process_results.hpp"

namespace deployctl::support {
namespace {

bool has(const std::vector<std::string>& argv, const std::string& word) {
  return std::ranges::find(argv, word) != argv.end();
}

bool mentions(const std::vector<std::string>& argv, const std::string& part) {
  return std::ranges::any_of(argv, [&](const std::string& word) { return word.find(part) != std::string::npos; });
}

Json variables_of(const process::Command& command) {
  for (const process::CommandFile& file : command.files)
    if (file.path == "variables.tfvars.json") return Json::parse(file.bytes);
  return Json::object();
}

Json actions(const std::string& action) {
  if (action == "replace") return Json::array({"delete", "create"});
  return Json::array({action});
}

std::string planned_line(const std::string& address, const std::string& action) {
  return Json{{"type", "planned_change"}, {"change", Json{{"resource", Json{{"addr", address}}}, {"action", action}}}}
             .dump() +
         "\n";
}

}  // namespace

std::string complaint(const std::string& summary, const std::string& detail, const std::string& file, int line,
                      const std::string& address) {
  Json diagnostic{{"severity", "error"}, {"summary", summary}, {"detail", detail}};
  if (!file.empty()) diagnostic["range"] = Json{{"filename", file}, {"start", Json{{"line", line}}}};
  if (!address.empty()) diagnostic["address"] = address;
  return Json{{"@level", "error"}, {"type", "diagnostic"}, {"diagnostic", diagnostic}}.dump() + "\n";
}

executors::StepResult FakeTofu::run(const executors::Step& step) {
  steps.push_back(step.name);
  if (intercept)
    if (auto result = intercept(step)) return *result;
  const auto& command = std::get<process::Command>(step.work);
  if (command.argv.front() == "kubectl" && mentions(command.argv, "errored-state"))
    return {.process = kept_in_cluster(command), .http = {}};
  if (command.argv.front() == "kubectl") return {.process = state_in_cluster(command), .http = {}};
  if (command.argv.front() == "find") return {.process = exited(0, found_files()), .http = {}};
  if (command.argv.front() == "cat" || command.argv.front() == "rm")
    return {.process = on_disk(command.argv), .http = {}};
  if (command.argv.front() != program)
    return {.process = could_not_start("program \"" + command.argv.front() + "\" not found in /usr/bin"), .http = {}};
  return {.process = answer(command), .http = {}, .also_good = command.also_good};
}

process::ProcessResult FakeTofu::state(const std::vector<std::string>& argv) {
  if (argv.at(2) == "pull") return exited(0, Json{{"serial", serial}, {"resources", Json::array()}}.dump());
  if (lock_id && !has(argv, "-lock=false")) return exited(1, "", "Error: the state is locked\n");
  if (refusals > 0 && refusals--) return exited(1, "", "Failed to persist state: the backend says no\n");
  if (!left) return exited(1, "", "open errored.tfstate: no such file or directory\n");
  resources = *std::exchange(left, std::nullopt);
  ++serial;
  return exited(0);
}

/// Where the backend refuses the state, what was built is known to a file alone.
process::ProcessResult FakeTofu::end_of_apply(process::ProcessResult said, Resources before) {
  if (refusals == 0) return said;
  --refusals;
  left = std::exchange(resources, std::move(before));
  --serial;
  std::string out = said.out + complaint("Failed to save state", "Error saving state: the backend says no") +
                    complaint("Failed to persist state to backend",
                              "The error shown above has prevented OpenTofu from writing the updated state to the "
                              "configured backend. To allow for recovery, the state has been written to the file "
                              "\"errored.tfstate\" in the current working directory.");
  if (!releases) {
    lock_id = "of-the-apply";
    out += complaint("Error releasing the state lock", "Error message: the backend says no");
  }
  return exited(1, out);
}

process::ProcessResult FakeTofu::kept_in_cluster(const process::Command& command) {
  const std::string& verb = command.argv.at(2);
  if (verb == "get") return exited(0, kept_secret.value_or(""));
  if (verb == "delete") kept_secret.reset();
  if (verb != "create") return exited(0);
  if (secret_refused) return exited(1, "", "Error from server (Forbidden): secrets is forbidden\n");
  for (const process::CommandFile& file : command.files)
    if (file.path == "errored-state.json") kept_secret = file.bytes;
  return exited(0);
}

process::ProcessResult FakeTofu::on_disk(const std::vector<std::string>& argv) {
  const bool of_aside = mentions(argv, "/left-states/");
  if (argv.front() == "rm") {
    if (of_aside) aside.reset();
    if (has(argv, "-rf")) initialised = false;
    return exited(0);
  }
  const std::string left_state = R"({"serial":2,"resources":[{"name":"page"}]})";
  if (of_aside) return aside ? exited(0, *aside) : exited(1, "", "cat: no such file\n");
  if (argv.back() == "errored.tfstate") return left ? exited(0, left_state) : exited(1, "", "cat: no such file\n");
  return exited(0, read_files(argv));
}

std::string FakeTofu::found_files() const {
  std::string lines;
  for (const auto& [path, bytes] : module_files) lines += std::to_string(bytes.size()) + "\t" + path + "\n";
  return lines;
}

std::string FakeTofu::read_files(const std::vector<std::string>& argv) const {
  std::string bytes;
  for (std::size_t n = 2; n < argv.size(); ++n) bytes += module_files.at(argv[n]);
  return bytes;
}

process::ProcessResult FakeTofu::answer(const process::Command& command) {
  const std::vector<std::string>& argv = command.argv;
  const std::string& word = argv.at(1);
  if (word == "init") {
    if (init_complaint) return exited(1, *init_complaint);
    initialised = true;
    serial = std::max(serial, 1);
    return exited(0);
  }
  if (!initialised) return exited(1, complaint("Backend initialization required, please run \"tofu init\""));
  if (word == "plan") return plan(command);
  if (word == "show") return saved_ ? exited(0, shown()) : exited(1, "", "no such plan\n");
  if (word == "apply") return apply();
  if (word == "output") return exited(0, Json{{"page", Json{{"sensitive", false}, {"value", "x"}}}}.dump());
  if (word == "state") return state(argv);
  if (word == "force-unlock") {
    if (!lock_id || !has(argv, *lock_id)) return exited(1, "", "Error: Failed to unlock state\n");
    lock_id.reset();
    return exited(0);
  }
  return exited(1, "", "unknown command\n");
}

process::ProcessResult FakeTofu::state_in_cluster(const process::Command& command) {
  const std::string& verb = command.argv.at(2);
  const std::string owners = "{\"metadata\":{\"ownerReferences\":[{\"uid\":\"" + lease_owner + "\"}]}}";
  if (verb == "get") return exited(0, owners);
  if (verb == "patch") {
    const std::string& patch = command.argv.back();
    const Json value = Json::parse(patch.substr(patch.find('{')));
    lease_owner = value.at("metadata").at("ownerReferences").at(0).at("uid");
    return exited(0);
  }
  serial = 0;
  initialised = false;
  return exited(0);
}

std::string FakeTofu::lock_complaint() const {
  return complaint("Error acquiring the state lock",
                   "Error message: the state is already locked by another tofu client\nLock Info:\n  ID:        " +
                       *lock_id + "\n  Path:      \n  Operation: OperationTypeApply\n  Who:       " + lock_who +
                       "\n  Version:   1.12.6\n  Created:   " + lock_created + "\n  Info:      \n\n");
}

process::ProcessResult FakeTofu::plan(const process::Command& command) {
  if (plan_complaint) return exited(1, *plan_complaint);
  const bool locks = !has(command.argv, "-lock=false");
  if (locks && terminating)
    return exited(1, complaint("Error acquiring the state lock",
                               "Error message: leases is forbidden: unable to create new content in namespace shop "
                               "because it is being terminated"));
  if (locks && lock_id) return exited(1, lock_complaint());
  Saved made;
  if (!has(command.argv, "-destroy")) made.wanted = module(variables_of(command));
  made.serial = serial;
  for (const std::string& address : tainted)
    if (made.wanted.contains(address)) made.replaced.insert(address);
  std::string lines;
  std::string read;
  if (!has(command.argv, "-refresh=false"))
    for (const auto& [address, value] : resources)
      read += Json{{"type", "refresh_complete"}, {"hook", Json{{"resource", Json{{"addr", address}}}}}}.dump() + "\n";
  for (const std::string& address : all_of(made))
    if (const std::string action = action_on(address, made); action != "no-op") lines += planned_line(address, action);
  const bool saves =
      std::ranges::any_of(command.argv, [](const std::string& argument) { return argument.starts_with("-out="); });
  if (saves) saved_ = made;
  return exited(lines.empty() ? 0 : 2, read + lines);
}

std::set<std::string> FakeTofu::all_of(const Saved& saved) const {
  std::set<std::string> all;
  for (const auto& [address, value] : saved.wanted) all.insert(address);
  for (const auto& [address, value] : resources) all.insert(address);
  return all;
}

std::string FakeTofu::action_on(const std::string& address, const Saved& saved) const {
  const auto there = resources.find(address);
  const auto wanted = saved.wanted.find(address);
  if (there == resources.end()) return "create";
  if (wanted == saved.wanted.end()) return "delete";
  if (saved.replaced.contains(address)) return "replace";
  return there->second == wanted->second ? "no-op" : "update";
}

std::string FakeTofu::shown() const {
  Json changes = Json::array();
  for (const std::string& address : all_of(*saved_)) {
    const auto wanted = saved_->wanted.find(address);
    changes.push_back(
        Json{{"address", address},
             {"mode", "managed"},
             {"change", Json{{"actions", actions(action_on(address, *saved_))},
                             {"after", wanted == saved_->wanted.end() ? Json() : Json(wanted->second)}}}});
  }
  return Json{{"format_version", "1.2"}, {"resource_changes", changes}, {"output_changes", Json::object()}}.dump();
}

process::ProcessResult FakeTofu::apply() {
  if (!saved_) return exited(1, "", "Error: no plan\n");
  if (lock_id) return exited(1, lock_complaint());
  if (saved_->serial != serial)
    return exited(1, complaint("Saved plan is stale", "The given plan file can no longer be applied"));
  ++serial;
  const Resources before = resources;
  for (const std::string& address : all_of(*saved_)) {
    if (action_on(address, *saved_) == "create") ++built[address];
    const auto wanted = saved_->wanted.find(address);
    if (wanted == saved_->wanted.end()) {
      resources.erase(address);
      tainted.erase(address);
      continue;
    }
    resources[address] = wanted->second;
    tainted.erase(address);
    if (!cannot_make.contains(address)) continue;
    tainted.insert(address);
    return end_of_apply(exited(1, complaint("local-exec provisioner error",
                                            "Error running command 'false': exit status 1", "main.tf", 9, address)),
                        before);
  }
  return end_of_apply(exited(0), before);
}

}  // namespace deployctl::support
