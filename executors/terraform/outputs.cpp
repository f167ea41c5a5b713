#include "terraform/outputs.hpp"

#include <algorithm>

#include "base/strict_json.hpp"
#include "base/text.hpp"
#include "terraform/plan.hpp"

namespace deployctl::terraform {
namespace {

constexpr std::size_t kToldBytes = 400;

Error unreadable(std::string_view what, const std::string& why) {
  return fail(ErrorKind::StepFailed, std::string(what) + " cannot be read: " + why);
}

std::string text(const Json& value, const char* pointer) {
  const Json::json_pointer path(pointer);
  if (!value.contains(path) || !value.at(path).is_string()) return {};
  return value.at(path).get<std::string>();
}

}  // namespace

Result<std::vector<executors::Output>> read_outputs(std::string_view json) {
  const auto values = parse_json(json);
  if (!values) return unreadable("the outputs", values.error().message);
  if (!values->is_object()) return unreadable("the outputs", "no object");
  std::vector<executors::Output> outputs;
  for (const auto& [name, each] : values->items()) {
    if (!each.is_object() || !each.contains("value")) return unreadable("the outputs", name + " has no value");
    const Json& value = each.at("value");
    const bool sensitive = each.contains("sensitive") && each.at("sensitive") == Json(true);
    outputs.push_back({name, value.is_string() ? value.get<std::string>() : dump_json(value), sensitive});
  }
  return outputs;
}

Result<StateHead> read_state(std::string_view json) {
  if (json.find_first_not_of(" \t\r\n") == std::string_view::npos) return StateHead{};
  const auto state = parse_json(json, {.max_bytes = kMaxPlanBytes, .max_depth = 200, .max_nodes = 8'000'000});
  if (!state) return unreadable("the state", state.error().message);
  StateHead head;
  if (!state->is_object() || !state->contains("serial") || !state->at("serial").is_number_integer())
    return unreadable("the state", "it has no serial");
  head.serial = state->at("serial").get<std::int64_t>();
  head.has_resources = state->contains("resources") && !state->at("resources").empty();
  return head;
}

std::string changes_told(std::string_view lines) {
  std::vector<std::string> told;
  while (!lines.empty()) {
    const std::string_view line = lines.substr(0, lines.find('\n'));
    lines.remove_prefix(std::min(lines.size(), line.size() + 1));
    if (line.find("\"planned_change\"") == std::string_view::npos &&
        line.find("\"resource_drift\"") == std::string_view::npos)
      continue;
    const auto value = parse_json(line);
    if (!value) continue;
    std::string words = text(*value, "/change/resource/addr") + " (" + text(*value, "/change/action") + ")";
    if (std::ranges::find(told, words) == told.end()) told.push_back(std::move(words));
  }
  std::string all;
  for (const std::string& words : told) all += (all.empty() ? "" : ", ") + words;
  return cut(one_line(all), kToldBytes);
}

}  // namespace deployctl::terraform
