#pragma once

// An operation that ended, as a history entry. Pure; the entry is put into the list by api::upsert_history.

#include <string>
#include <vector>

#include "api/status.hpp"

namespace deployctl::history {

/// How it ended.
struct Ending {
  api::HistoryResult result = api::HistoryResult::Failed;
  std::string reason;   ///< api::reasons
  std::string message;  ///< redacted by the caller
  std::string version;
  std::string gate;
  api::Restorable restorable = api::Restorable::No;  ///< of its revision Secret; No without one
  WallTime at{};
};

api::HistoryEntry entry_of(const api::Operation& operation, Ending ending);

/// The Deploy of `digest` whose rollback succeeded: its newest Failed entry reads RolledBack. True if there was one.
bool mark_rolled_back(std::vector<api::HistoryEntry>& history, const std::string& digest);

}  // namespace deployctl::history
