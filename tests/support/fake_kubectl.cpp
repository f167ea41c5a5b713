#include "support/fake_kubectl.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "support/process_results.hpp"

namespace deployctl::support {
namespace {

using executors::StepResult;

bool has(const std::vector<std::string>& argv, const std::string& word) {
  return std::ranges::find(argv, word) != argv.end();
}

std::string value_of(const std::vector<std::string>& argv, const std::string& flag) {
  for (const std::string& word : argv) {
    if (word.starts_with(flag + "=")) return word.substr(flag.size() + 1);
  }
  return {};
}

std::vector<Json> items_of(const process::Command& command) {
  for (const process::CommandFile& file : command.files) {
    if (file.path == "objects.json") return Json::parse(file.bytes).at("items").get<std::vector<Json>>();
  }
  return {};
}

std::string list_of(const std::vector<Json>& found) {
  return Json{{"apiVersion", "v1"}, {"kind", "List"}, {"items", found}}.dump();
}

}  // namespace

StepResult step_exited(int code, std::string out, std::string err) {
  return {.process = exited(code, std::move(out), std::move(err)), .http = {}};
}

std::string FakeKubectl::key_of(const Json& object, const std::string& ns) const {
  const std::string kind = object.at("kind");
  const Json& metadata = object.at("metadata");
  const std::string name = metadata.at("name");
  if (cluster_kinds.contains(kind)) return kind + " " + name;
  return kind + " " + metadata.value("namespace", ns) + "/" + name;
}

StepResult FakeKubectl::run(const executors::Step& step) {
  steps.push_back(step.name);
  if (intercept) {
    if (auto result = intercept(step)) return *result;
  }
  const auto& command = std::get<process::Command>(step.work);
  const std::vector<std::string>& argv = command.argv;
  const std::string ns = value_of(argv, "--namespace");
  if (has(argv, "kustomize")) return step_exited(0, kustomize_output);
  if (has(argv, "diff")) return step_exited(diff_output.empty() ? 0 : 1, diff_output);
  if (has(argv, "pods")) return step_exited(0, pods.dump());

  std::vector<Json> printed;
  std::string missing;
  for (Json object : items_of(command)) {
    const std::string key = key_of(object, ns);
    const auto there = objects.find(key);
    if (has(argv, "apply")) {
      if (!cluster_kinds.contains(object["kind"]))
        object["metadata"]["namespace"] = object["metadata"].value("namespace", ns);
      if (there != objects.end()) object["metadata"]["resourceVersion"] = "7";
      if (controller) controller(object);
      printed.push_back(object);
      if (!has(argv, "--dry-run=server")) objects[key] = object;
    } else if (has(argv, "get")) {
      if (there != objects.end()) {
        printed.push_back(there->second);
      } else if (!has(argv, "--ignore-not-found")) {
        missing = "Error from server (NotFound): " + key + " not found";
      }
    } else if (has(argv, "delete")) {
      objects.erase(key);
    }
  }
  if (!missing.empty()) return step_exited(1, list_of(printed), missing);
  return step_exited(0, has(argv, "--output=json") ? list_of(printed) : "");
}

std::vector<std::string> FakeKubectl::names() const {
  std::vector<std::string> keys;
  for (const auto& [key, object] : objects) keys.push_back(key);
  return keys;
}

bool FakeKubectl::ran(const std::string& step) const { return std::ranges::find(steps, step) != steps.end(); }

executors::Next drive(executors::Procedure& procedure, FakeKubectl& kubectl, int max_pauses) {
  executors::Next next = procedure.next(nullptr);
  while (true) {
    if (const auto* step = std::get_if<executors::Step>(&next)) {
      const StepResult result = kubectl.run(*step);
      next = procedure.next(&result);
    } else if (std::holds_alternative<executors::Pause>(next)) {
      if (max_pauses-- == 0) {
        ADD_FAILURE() << "paused for ever: " << std::get<executors::Pause>(next).why;
        return executors::Failed{fail(ErrorKind::Internal, "paused for ever")};
      }
      next = procedure.next(nullptr);
    } else {
      return next;
    }
  }
}

}  // namespace deployctl::support
