#pragma once

// Short ways to write a status with a history, newest first.

#include <string>
#include <utility>
#include <vector>

#include "api/status.hpp"

namespace deployctl::history::test {

inline api::HistoryEntry entry(std::int64_t revision, std::string digest,
                               api::HistoryResult result = api::HistoryResult::Succeeded) {
  return {.revision = revision,
          .kind = api::OperationKind::Deploy,
          .version = "1." + std::to_string(revision),
          .digest = std::move(digest),
          .result = result,
          .restorable = api::Restorable::Exact};
}

inline api::DeploymentStatus status(std::int64_t serving, std::vector<api::HistoryEntry> history) {
  api::DeploymentStatus status;
  status.revision = serving;
  for (const api::HistoryEntry& one : history) status.last_revision = std::max(status.last_revision, one.revision);
  status.history = std::move(history);
  return status;
}

}  // namespace deployctl::history::test
