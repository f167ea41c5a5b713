#pragma once

// The table of the status, as fields.hpp is of the spec. Lengths are bytes here, texts are cut to them when written.
// `required` says which members an object cannot do without: one that lacks them is dropped when it is read.

#include "api/constants.hpp"
#include "api/fields.hpp"
#include "api/status.hpp"

namespace deployctl::api {

namespace status_rules {
inline constexpr std::int64_t kShort = 128;   ///< words, versions, who and why
inline constexpr std::int64_t kOutputs = 64;  ///< names that are shown
inline constexpr std::int64_t kChecks = 32;   ///< health.pre and health.post together

constexpr FieldRules upto(std::int64_t bytes) { return {.max_length = bytes}; }
constexpr FieldRules word() { return upto(kShort); }
/// One line for people; what is cut says so.
constexpr FieldRules message(std::size_t bytes) {
  return {.format = &kLine, .max_length = static_cast<std::int64_t>(bytes)};
}
}  // namespace status_rules

template <>
struct Fields<Condition> {
  static void visit(auto&& field) {
    field("type", &Condition::type, rules::required(status_rules::word()));
    field("status", &Condition::status, rules::required({}));
    field("reason", &Condition::reason, rules::required(status_rules::word()));
    field("message", &Condition::message, status_rules::message(limits::kConditionMessageBytes));
    field("lastTransitionTime", &Condition::last_transition_time, rules::required({}));
    field("observedGeneration", &Condition::observed_generation, FieldRules{});
  }
};
template <>
struct Fields<Holder> {
  static void visit(auto&& field) {
    field("identity", &Holder::identity, status_rules::upto(384));
    field("podUID", &Holder::pod_uid, status_rules::word());
    field("node", &Holder::node, status_rules::upto(253));
    field("pid", &Holder::pid, FieldRules{});
    field("processStart", &Holder::process_start, FieldRules{});
    field("bootID", &Holder::boot_id, status_rules::word());
  }
};
template <>
struct Fields<Operation> {
  static void visit(auto&& field) {
    field("id", &Operation::id, rules::required(status_rules::word()));
    field("kind", &Operation::kind, rules::required({}));
    field("revision", &Operation::revision, FieldRules{});
    field("restoredRevision", &Operation::restored_revision, FieldRules{});
    field("digest", &Operation::digest, status_rules::word());
    field("attempt", &Operation::attempt, FieldRules{});
    field("step", &Operation::step, status_rules::word());
    field("once", &Operation::once, FieldRules{});
    field("holder", &Operation::holder, FieldRules{});
    field("startedAt", &Operation::started_at, FieldRules{});
    field("deadline", &Operation::deadline, FieldRules{});
    field("trigger", &Operation::trigger, status_rules::word());
    field("by", &Operation::by, status_rules::word());
    field("why", &Operation::why, status_rules::word());
  }
};
template <>
struct Fields<HistoryEntry> {
  static void visit(auto&& field) {
    field("revision", &HistoryEntry::revision, FieldRules{});
    field("kind", &HistoryEntry::kind, rules::required({}));
    field("version", &HistoryEntry::version, status_rules::word());
    field("digest", &HistoryEntry::digest, status_rules::word());
    field("gate", &HistoryEntry::gate, status_rules::word());
    field("result", &HistoryEntry::result, rules::required({}));
    field("restorable", &HistoryEntry::restorable, FieldRules{});
    field("restoredRevision", &HistoryEntry::restored_revision, FieldRules{});
    field("trigger", &HistoryEntry::trigger, status_rules::word());
    field("by", &HistoryEntry::by, status_rules::word());
    field("why", &HistoryEntry::why, status_rules::word());
    field("startedAt", &HistoryEntry::started_at, FieldRules{});
    field("finishedAt", &HistoryEntry::finished_at, FieldRules{});
    field("attempts", &HistoryEntry::attempts, FieldRules{});
    field("reason", &HistoryEntry::reason, status_rules::word());
    field("message", &HistoryEntry::message, status_rules::message(limits::kHistoryMessageBytes));
  }
};
template <>
struct Fields<Quarantine> {
  static void visit(auto&& field) {
    field("digest", &Quarantine::digest, rules::required(status_rules::word()));
    field("gate", &Quarantine::gate, status_rules::word());
    field("version", &Quarantine::version, status_rules::word());
    field("revision", &Quarantine::revision, FieldRules{});
    field("reason", &Quarantine::reason, status_rules::word());
    field("since", &Quarantine::since, FieldRules{});
  }
};
template <>
struct Fields<CheckStatus> {
  static void visit(auto&& field) {
    field("name", &CheckStatus::name, rules::required(status_rules::word()));
    field("state", &CheckStatus::state, status_rules::word());
    field("since", &CheckStatus::since, FieldRules{});
    field("message", &CheckStatus::message, status_rules::message(limits::kHistoryMessageBytes));
  }
};
template <>
struct Fields<HealthStatus> {
  static void visit(auto&& field) {
    field("state", &HealthStatus::state, status_rules::word());
    field("since", &HealthStatus::since, FieldRules{});
    field("checks", &HealthStatus::checks, rules::objects(status_rules::kChecks));
  }
};
template <>
struct Fields<Request> {
  static void visit(auto&& field) {
    field("token", &Request::token, rules::required(status_rules::upto(256)));
    field("result", &Request::result, rules::required({}));
    field("message", &Request::message, status_rules::message(limits::kHistoryMessageBytes));
    field("at", &Request::at, FieldRules{});
  }
};
template <>
struct Fields<LastHandled> {
  static void visit(auto&& field) {
    field("reconcile", &LastHandled::reconcile, FieldRules{});
    field("force", &LastHandled::force, FieldRules{});
    field("rollback", &LastHandled::rollback, FieldRules{});
    field("approve", &LastHandled::approve, FieldRules{});
    field("cancel", &LastHandled::cancel, FieldRules{});
  }
};
template <>
struct Fields<Target> {
  static void visit(auto&& field) {
    field("host", &Target::host, status_rules::upto(512));
    field("namespace", &Target::ns, status_rules::upto(253));
    field("project", &Target::project, status_rules::upto(253));
    field("workspace", &Target::workspace, status_rules::upto(512));
  }
};
template <>
struct Fields<Plan> {
  static void visit(auto&& field) {
    field("id", &Plan::id, rules::required(status_rules::word()));
    field("kind", &Plan::kind, rules::required({}));
    field("digest", &Plan::digest, rules::required(status_rules::word()));
    field("add", &Plan::add, FieldRules{});
    field("change", &Plan::change, FieldRules{});
    field("destroy", &Plan::destroy, FieldRules{});
    field("summary", &Plan::summary, status_rules::message(4096));
    field("createdAt", &Plan::created_at, rules::required({}));
    field("expiresAt", &Plan::expires_at, rules::required({}));
    field("inputs", &Plan::inputs, rules::required(status_rules::word()));
    field("gate", &Plan::gate, status_rules::word());
    field("restoredRevision", &Plan::restored_revision, FieldRules{});
  }
};
template <>
struct Fields<InventorySummary> {
  static void visit(auto&& field) {
    field("count", &InventorySummary::count, rules::required({}));
    field("digest", &InventorySummary::digest, status_rules::word());
  }
};
template <>
struct Fields<Outputs> {
  static void visit(auto&& field) {
    field("secretName", &Outputs::secret_name, status_rules::upto(253));
    field("names", &Outputs::names, rules::list(status_rules::kOutputs, status_rules::word()));
  }
};
template <>
struct Fields<DeploymentStatus> {
  using Status = DeploymentStatus;
  static void visit(auto&& field) {
    field("observedGeneration", &Status::observed_generation, FieldRules{});
    field("revision", &Status::revision, FieldRules{});
    field("lastRevision", &Status::last_revision, FieldRules{});
    field("version", &Status::version, status_rules::word());
    field("lastSuccessAt", &Status::last_success_at, FieldRules{});
    field("conditions", &Status::conditions, rules::objects(16));
    field("operation", &Status::operation, FieldRules{});
    field("plan", &Status::plan, FieldRules{});
    field("target", &Status::target, FieldRules{});
    field("health", &Status::health, FieldRules{});
    field("quarantined", &Status::quarantined, rules::objects(limits::kQuarantined));
    field("inventory", &Status::inventory, FieldRules{});
    field("outputs", &Status::outputs, FieldRules{});
    field("lastHandled", &Status::last_handled, FieldRules{});
    field("history", &Status::history, rules::objects(limits::kHistoryMax));
  }
};

}  // namespace deployctl::api
