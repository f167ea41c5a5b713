#include "history/retention.hpp"

#include <algorithm>
#include <functional>
#include <set>
#include <string>

namespace deployctl::history {
namespace {

/// Besides the serving digest, so many others that succeeded stay restorable whatever historyLimit says.
constexpr std::size_t kOtherSucceeded = 2;

std::set<std::int64_t> never_deleted(const api::DeploymentStatus& status) {
  std::set<std::int64_t> stay{status.revision};
  std::set<std::string> digests;
  for (const api::HistoryEntry& entry : status.history) {
    if (entry.revision != 0 && entry.revision == status.revision) {
      stay.insert(entry.restored_revision);
      digests.insert(entry.digest);
    }
  }
  if (status.operation) {
    stay.insert(status.operation->revision);
    stay.insert(status.operation->restored_revision);
  }
  const std::size_t serving_digests = digests.size();
  for (const api::HistoryEntry& entry : status.history) {
    if (entry.result != api::HistoryResult::Succeeded || entry.restorable == api::Restorable::No) continue;
    if (digests.size() - serving_digests == kOtherSucceeded) break;
    if (entry.revision != 0 && digests.insert(entry.digest).second) stay.insert(entry.revision);
  }
  return stay;
}

}  // namespace

std::vector<std::int64_t> revisions_to_delete(const api::DeploymentStatus& status, std::vector<std::int64_t> kept,
                                              std::int64_t history_limit) {
  std::ranges::sort(kept, std::greater());
  std::set<std::int64_t> stay = never_deleted(status);
  if (!kept.empty()) stay.insert(kept.front());
  std::vector<std::int64_t> surplus;
  std::int64_t newer = 0;
  for (const std::int64_t number : kept) {
    if (++newer > history_limit && !stay.contains(number)) surplus.push_back(number);
  }
  std::ranges::reverse(surplus);
  return surplus;
}

void mark_purged(api::DeploymentStatus& status, const std::vector<std::int64_t>& deleted) {
  for (api::HistoryEntry& entry : status.history) {
    if (std::ranges::find(deleted, entry.revision) != deleted.end()) entry.restorable = api::Restorable::No;
  }
}

}  // namespace deployctl::history
