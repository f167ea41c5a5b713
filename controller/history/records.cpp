#include "history/records.hpp"

#include <algorithm>
#include <utility>

namespace deployctl::history {

api::HistoryEntry entry_of(const api::Operation& operation, Ending ending) {
  return {.revision = operation.revision,
          .kind = operation.kind,
          .version = std::move(ending.version),
          .digest = operation.digest,
          .gate = std::move(ending.gate),
          .result = ending.result,
          .restorable = operation.revision > 0 ? ending.restorable : api::Restorable::No,
          .restored_revision = operation.restored_revision,
          .trigger = operation.trigger,
          .by = operation.by,
          .why = operation.why,
          .started_at = operation.started_at,
          .finished_at = ending.at,
          .attempts = operation.attempt,
          .reason = std::move(ending.reason),
          .message = std::move(ending.message)};
}

bool mark_rolled_back(std::vector<api::HistoryEntry>& history, const std::string& digest) {
  const auto failed = std::ranges::find_if(history, [&](const api::HistoryEntry& entry) {
    return entry.kind == api::OperationKind::Deploy && entry.digest == digest &&
           entry.result == api::HistoryResult::Failed;
  });
  if (failed == history.end()) return false;
  failed->result = api::HistoryResult::RolledBack;
  return true;
}

}  // namespace deployctl::history
