#include "support/fake_ansible.hpp"

#include <algorithm>

#include "support/process_results.hpp"

namespace deployctl::support {
namespace {

bool has(const std::vector<std::string>& argv, const std::string& word) {
  return std::ranges::find(argv, word) != argv.end();
}

std::string bytes_of(const process::Command& command, const std::string& path) {
  for (const process::CommandFile& file : command.files)
    if (file.path == path) return file.bytes;
  return {};
}

}  // namespace

std::string recap_line(const Json& values) {
  Json recap = {{"hosts", 2}, {"failed", 0}, {"unreachable", 0}, {"ok", 4}, {"changed", 1}};
  recap.update(values);
  std::string text = recap.dump();
  return R"({"event": "recap", )" + text.substr(1) + "\n";
}

executors::StepResult FakeAnsible::run(const executors::Step& step) {
  steps.push_back(step);
  if (intercept)
    if (auto result = intercept(step)) return *result;
  const auto& command = std::get<process::Command>(step.work);
  if (command.argv.front() == "ansible-galaxy") return {.process = exited(0), .http = {}};
  std::string playbook = command.argv.back();
  playbook = playbook.substr(playbook.rfind('/') + 1);
  if (has(command.argv, "--list-hosts")) {
    std::string out = "\nplaybook: /op/src/" + playbook + "\n\n  play #1 (all): all\tTAGS: []\n    pattern: ['all']\n";
    out += "    hosts (" + std::to_string(hosts.size()) + "):\n";
    for (const std::string& host : hosts) out += "      " + host + "\n";
    return {.process = exited(0, out), .http = {}};
  }
  if (has(command.argv, "--check"))
    return {.process = exited(0, recap_line({{"changed", would_change},
                                             {"changes", Json::array({{{"host", "web1"}, {"task", "page"}}})}})),
            .http = {}};
  on_hosts.clear();
  if (!playbook.starts_with("destroy")) on_hosts[playbook] = bytes_of(command, "ansible/variables.json");
  return {.process = exited(0, "{\"event\": \"play\", \"name\": \"all\"}\n" + recap_line(Json::object())), .http = {}};
}

std::vector<std::string> FakeAnsible::names() const {
  std::vector<std::string> names;
  for (const executors::Step& step : steps) names.push_back(step.name);
  return names;
}

executors::Next drive(executors::Procedure& procedure, FakeAnsible& ansible) {
  executors::Next next = procedure.next(nullptr);
  while (const auto* step = std::get_if<executors::Step>(&next)) {
    const executors::StepResult result = ansible.run(*step);
    next = procedure.next(&result);
  }
  return next;
}

}  // namespace deployctl::support
