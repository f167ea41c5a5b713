#include "terraform/plan.hpp"

#include <algorithm>

#include "base/sha256.hpp"
#include "base/text.hpp"
#include "executors/adopted.hpp"

namespace deployctl::terraform {
namespace {

using Action = Change::Action;

constexpr std::size_t kSummaryBytes = 600;
constexpr std::size_t kNamed = 5;
constexpr std::string_view kResource = "resource";  ///< kind of our lines in the inventory

std::string text(const Json& value, const char* key) {
  const auto found = value.is_object() ? value.find(key) : value.end();
  return found != value.end() && found->is_string() ? found->get<std::string>() : std::string();
}

Json member(const Json& value, const char* key) {
  return value.is_object() && value.contains(key) ? value.at(key) : Json();
}

Result<Action> read_action(const Json& change) {
  std::vector<std::string> words;
  const Json actions = member(change, "actions");
  if (actions.is_array())
    for (const Json& each : actions)
      if (each.is_string()) words.push_back(each.get<std::string>());
  if (words.size() == 2) return words[0] == "create" && words[1] == "forget" ? Action::Create : Action::Replace;
  if (words.size() == 1) {
    if (words[0] == "no-op") return Action::None;
    if (words[0] == "read") return Action::Read;
    if (words[0] == "create") return Action::Create;
    if (words[0] == "update") return Action::Update;
    if (words[0] == "delete") return Action::Delete;
    if (words[0] == "forget") return Action::Forget;
  }
  return fail(ErrorKind::StepFailed, "the plan has an action this version does not know");
}

/// Sorted by address: the order in a plan says nothing.
Json by_address(Json changes) {
  if (!changes.is_array()) return Json::array();
  std::ranges::sort(changes.get_ref<Json::array_t&>(), {},
                    [](const Json& change) { return text(change, "address") + " " + text(change, "deposed"); });
  return changes;
}

bool output_changes(const Json& plan) {
  const Json changes = member(plan, "output_changes");
  if (!changes.is_object()) return false;
  return std::ranges::any_of(changes, [](const Json& change) {
    const auto action = read_action(change);
    return !action || *action != Action::None;
  });
}

std::string part(const PlanReport& plan, std::string_view words, std::initializer_list<Action> actions) {
  std::string names;
  std::size_t count = 0;
  for (const Change& change : plan.resources) {
    if (std::ranges::find(actions, change.action) == actions.end()) continue;
    if (++count <= kNamed) names += (names.empty() ? "" : ", ") + change.address;
  }
  if (count > kNamed) names += ", …";
  return std::to_string(count) + " to " + std::string(words) + (names.empty() ? "" : " (" + names + ")");
}

}  // namespace

std::int64_t PlanReport::count(Action action) const {
  return std::ranges::count_if(resources, [&](const Change& change) { return change.action == action; });
}
std::int64_t PlanReport::to_add() const { return count(Action::Create) + count(Action::Replace); }
std::int64_t PlanReport::to_destroy() const { return count(Action::Delete) + count(Action::Replace); }

bool PlanReport::changes_anything() const {
  return outputs_change || std::ranges::any_of(resources, [](const Change& change) {
           return change.action != Action::None && change.action != Action::Read;
         });
}

bool PlanReport::knows_resources() const {
  return std::ranges::any_of(resources, [](const Change& change) { return change.action != Action::Create; });
}

Result<PlanReport> read_plan(std::string_view json, const std::string& inputs_digest) {
  const auto plan = parse_json(json, {.max_bytes = kMaxPlanBytes, .max_depth = 200, .max_nodes = 8'000'000});
  if (!plan || !plan->is_object())
    return fail(ErrorKind::StepFailed,
                "the plan cannot be read: " + (plan ? std::string("no object") : plan.error().message));
  PlanReport report;
  const Json changes = by_address(member(*plan, "resource_changes"));
  for (const Json& each : changes) {
    if (text(each, "mode") != "managed") continue;
    const auto action = read_action(member(each, "change"));
    if (!action) return action.error();
    report.resources.push_back({*action, text(each, "address")});
  }
  report.outputs_change = output_changes(*plan);
  Sha256 hash;
  hash.update(dump_json(Json{{"inputs", inputs_digest}}));
  hash.update(dump_json(changes));
  hash.update(dump_json(member(*plan, "output_changes")));
  hash.update(dump_json(by_address(member(*plan, "resource_drift"))));
  report.digest = hash.finish_hex();
  return report;
}

Json inventory_of(const PlanReport& plan, const Json& before) {
  Json lines = Json::array();
  for (const Change& change : plan.resources)
    if (change.action != Action::Delete && change.action != Action::Forget)
      lines.push_back(executors::inventory_line(kResource, change.address, before, change.action != Action::Create));
  return lines;
}

std::vector<std::string> adopted_to_destroy(const PlanReport& plan, const Json& inventory) {
  std::vector<std::string> found;
  for (const Change& change : plan.resources) {
    const bool goes = change.action == Action::Delete || change.action == Action::Replace;
    const bool built = executors::is_listed(inventory, kResource, change.address) &&
                       !executors::is_adopted(inventory, kResource, change.address);
    if (goes && !built) found.push_back(change.address);
  }
  return found;
}

std::vector<std::string> addresses(const PlanReport& plan, Action action) {
  std::vector<std::string> found;
  for (const Change& change : plan.resources)
    if (change.action == action) found.push_back(change.address);
  return found;
}

std::vector<std::string> beyond_a_rollback(const PlanReport& plan, const std::set<std::string>& created) {
  std::vector<std::string> beyond;
  for (const Change& change : plan.resources) {
    const bool harmless = change.action == Action::None || change.action == Action::Read ||
                          change.action == Action::Update ||
                          (change.action == Action::Delete && created.contains(change.address));
    if (!harmless) beyond.push_back(change.address);
  }
  return beyond;
}

std::string summary_of(const PlanReport& plan) {
  std::string words = part(plan, "add", {Action::Create, Action::Replace}) + ", " +
                      part(plan, "change", {Action::Update}) + ", " +
                      part(plan, "destroy", {Action::Delete, Action::Replace});
  if (plan.count(Action::Forget) > 0) words += ", " + part(plan, "forget", {Action::Forget});
  if (plan.outputs_change) words += "; outputs change";
  return cut(one_line(words), kSummaryBytes);
}

}  // namespace deployctl::terraform
