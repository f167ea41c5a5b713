#include "engine/past.hpp"

#include <algorithm>

#include "api/constants.hpp"
#include "engine/failures.hpp"

namespace deployctl::engine {

namespace {

bool is_deploy_of(const api::HistoryEntry& entry, std::string_view digest, std::string_view gate) {
  return entry.kind == api::OperationKind::Deploy && entry.digest == digest && entry.gate == gate;
}

}  // namespace

const api::HistoryEntry* serving_entry(const api::DeploymentStatus& status) {
  if (status.revision == 0) return nullptr;
  const auto found = std::ranges::find_if(status.history, [&](const api::HistoryEntry& entry) {
    return entry.revision == status.revision && entry.result == api::HistoryResult::Succeeded;
  });
  return found == status.history.end() ? nullptr : &*found;
}

const api::HistoryEntry* newest_deploy(const api::DeploymentStatus& status, std::string_view digest,
                                       std::string_view gate) {
  const auto found = std::ranges::find_if(
      status.history, [&](const api::HistoryEntry& entry) { return is_deploy_of(entry, digest, gate); });
  return found == status.history.end() ? nullptr : &*found;
}

const api::HistoryEntry* newest_rollback(const api::DeploymentStatus& status) {
  if (status.history.empty() || status.history.front().kind != api::OperationKind::Rollback) return nullptr;
  return &status.history.front();
}

bool is_of_earlier_life(const api::HistoryEntry& entry) {
  return entry.kind == api::OperationKind::Deploy && entry.trigger == kFoundTrigger &&
         entry.result == api::HistoryResult::Interrupted;
}

bool may_have_served(const api::DeploymentStatus& status) {
  return std::ranges::any_of(status.history, [](const api::HistoryEntry& entry) {
    return entry.result == api::HistoryResult::Succeeded || is_of_earlier_life(entry);
  });
}

std::int64_t counted_failures(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate) {
  std::int64_t failures = 0;
  for (const api::HistoryEntry& entry : status.history) {
    if (!is_deploy_of(entry, digest, gate)) continue;
    if (entry.result == api::HistoryResult::Succeeded) break;
    if (entry.result == api::HistoryResult::Failed && class_of(entry) == FailureClass::OfRelease)
      failures += entry.attempts;
  }
  return failures;
}

std::int64_t counted_rollbacks(const api::DeploymentStatus& status) {
  std::int64_t failures = 0;
  for (const api::HistoryEntry& entry : status.history) {
    if (entry.kind == api::OperationKind::Deploy) break;
    if (entry.result == api::HistoryResult::Failed && class_of(entry) == FailureClass::OfRelease)
      failures += entry.attempts;
  }
  return failures;
}

bool is_undone_by_rollback(const api::HistoryEntry& entry) {
  return entry.result == api::HistoryResult::Failed && class_of(entry) == FailureClass::OfRelease &&
         entry.restorable != api::Restorable::No;
}

bool failed_with_revision(const api::DeploymentStatus& status, std::int64_t revision) {
  using Result = api::HistoryResult;
  const auto found = std::ranges::find(status.history, revision, &api::HistoryEntry::revision);
  return found != status.history.end() && found->result != Result::Succeeded && found->result != Result::RolledBack;
}

std::optional<api::Quarantine> abandoned(const api::Deployment& object, const std::optional<Desired>& desired,
                                         std::string_view target) {
  api::Quarantine held;
  const auto newest = std::ranges::find(object.status.history, api::OperationKind::Deploy, &api::HistoryEntry::kind);
  if (newest != object.status.history.end())
    held = {.digest = newest->digest,
            .gate = newest->gate,
            .version = newest->version,
            .revision = newest->revision,
            .reason = newest->result == api::HistoryResult::Succeeded ? std::string(api::reasons::kRolledBack)
                                                                      : newest->reason};
  if (desired && !desired->error && desired->digest != held.digest)
    held = {.digest = desired->digest,
            .gate = desired->gate,
            .version = object.spec.version,
            .revision = 0,
            .reason = std::string(api::reasons::kRolledBack)};
  if (held.digest.empty() || held.digest == target) return std::nullopt;
  return held;
}

}  // namespace deployctl::engine
