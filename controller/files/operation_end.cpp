#include "files/operation_end.hpp"

#include <algorithm>

#include "api/conditions.hpp"
#include "api/constants.hpp"
#include "base/ulid.hpp"

namespace deployctl::files {
namespace {

using api::HistoryEntry;
using api::OperationKind;

HistoryRecord record_of(const ObjectKey& key, const HistoryEntry& entry) {
  return {.key = key,
          .operation = {},
          .started = entry.started_at,
          .finished = entry.finished_at,
          .kind = std::string(api::to_string(entry.kind)),
          .status = std::string(api::to_string(entry.result)),
          .version = entry.version,
          .revision = entry.revision,
          .restored_revision = entry.restored_revision,
          .attempts = entry.attempts,
          .reason = entry.reason,
          .message = entry.message,
          .by = entry.by,
          .why = entry.why};
}

/// A status keeps whole seconds; the id knows the millisecond.
WallTime start_of(const api::Operation& operation) { return time_of_ulid(operation.id).value_or(operation.started_at); }

const HistoryEntry* entry_of(const api::DeploymentStatus& status, const api::Operation& operation) {
  const auto found = std::ranges::find_if(status.history, [&](const HistoryEntry& entry) {
    return entry.kind == operation.kind && entry.revision == operation.revision;
  });
  return found == status.history.end() ? nullptr : &*found;
}

HistoryRecord failed_destroy(const ObjectKey& key, const api::Operation& operation, const api::DeploymentStatus& after,
                             WallTime now) {
  HistoryRecord record = ended_destroy(key, {.operation = operation}, now);
  record.status = "Failed";
  if (const api::Condition* ready = api::find_condition(after.conditions, api::conditions::kReady)) {
    record.reason = ready->reason;
    record.message = ready->message;
  }
  return record;
}

/// A repeated failure updates its entry and keeps the first start: this attempt began when that one had ended.
WallTime start_of_unannounced(const HistoryEntry& entry, const api::DeploymentStatus& before) {
  const bool repeats = !before.history.empty() && before.history.front().started_at == entry.started_at;
  return repeats ? entry.finished_at : entry.started_at;
}

}  // namespace

HistoryRecord ended_destroy(const ObjectKey& key, const api::DeploymentStatus& before, WallTime now) {
  HistoryRecord record{.key = key, .started = now, .finished = now, .kind = "Destroy", .status = "Succeeded"};
  record.version = before.version;
  record.reason = std::string(api::reasons::kSucceeded);
  if (before.operation) {
    record.operation = before.operation->id;
    record.started = start_of(*before.operation);
    record.attempts = before.operation->attempt;
    record.by = before.operation->by;
    record.why = before.operation->why;
  }
  return record;
}

std::optional<HistoryRecord> ended_operation(const ObjectKey& key, const api::DeploymentStatus& before,
                                             const api::DeploymentStatus& after, WallTime now) {
  const auto& open = before.operation;
  if (open && (!after.operation || after.operation->id != open->id)) {
    if (open->kind == OperationKind::Destroy) return failed_destroy(key, *open, after, now);
    const HistoryEntry* entry = entry_of(after, *open);
    if (entry == nullptr) return std::nullopt;
    HistoryRecord record = record_of(key, *entry);
    record.operation = open->id;
    record.started = start_of(*open);
    record.attempts = open->attempt;
    return record;
  }
  if (open || after.operation || after.history.empty()) return std::nullopt;
  const HistoryEntry& newest = after.history.front();
  if (newest.revision > 0 || (!before.history.empty() && before.history.front() == newest)) return std::nullopt;
  HistoryRecord record = record_of(key, newest);
  record.started = start_of_unannounced(newest, before);
  return record;
}

std::optional<std::int64_t> undone_revision(const api::DeploymentStatus& before, const api::DeploymentStatus& after) {
  for (const HistoryEntry& now : after.history) {
    if (now.kind != OperationKind::Deploy || now.result != api::HistoryResult::RolledBack) continue;
    const auto was = std::ranges::find_if(before.history, [&](const HistoryEntry& entry) {
      return entry.kind == now.kind && entry.revision == now.revision && entry.result == api::HistoryResult::Failed;
    });
    if (was != before.history.end()) return now.revision;
  }
  return std::nullopt;
}

}  // namespace deployctl::files
