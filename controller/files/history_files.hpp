#pragma once

// The history of the local door: one JSON file an operation, written when it has ended, named by app, environment and
// the time it started. What is half-written or foreign is told and left out, never an error. No secret value stands in
// it. Blocking; writers hold the AppLock.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/strict_json.hpp"
#include "base/time.hpp"
#include "files/state_directory.hpp"

namespace deployctl::files {

struct HistoryRecord {
  ObjectKey key;
  std::string operation;  ///< its id
  WallTime started{}, finished{};
  std::string kind;    ///< Deploy, Rollback, Destroy
  std::string status;  ///< Succeeded, Failed, RolledBack, Interrupted…
  std::string version;
  std::int64_t revision = 0, restored_revision = 0, attempts = 1;
  std::string reason, message, by, why;
  Json config = nullptr;       ///< what the files said, ${…} unreplaced
  Json steps = Json::array();  ///< {name, result, duration_seconds}
  bool operator==(const HistoryRecord&) const = default;
};

Json to_json(const HistoryRecord& record);
/// Error: Invalid, naming what is missing.
Result<HistoryRecord> record_of(const Json& json);

/// "YYYYMMDDTHHMMSS.mmmZ"
std::string history_time(WallTime time);

struct History {
  std::vector<HistoryRecord> records;  ///< newest first
  std::vector<std::string> warnings;   ///< a sentence for each file that was left out
};

class HistoryFiles {
 public:
  explicit HistoryFiles(const StateDirectory& state) : directory_(state.history()) {}

  /// The same operation written twice is one file.
  [[nodiscard]] Result<void> write(const HistoryRecord& record) const;
  /// Of one app in one environment. Error: the directory cannot be read.
  [[nodiscard]] Result<History> read(const ObjectKey& key) const;
  /// Keeps the newest `limit` files and those of revisions that are `needed`.
  [[nodiscard]] Result<void> prune(const ObjectKey& key, std::size_t limit,
                                   const std::function<bool(const HistoryRecord&)>& needed) const;
  /// The newest record of that kind and revision says this status from now on.
  [[nodiscard]] Result<void> change_status(const ObjectKey& key, std::string_view kind, std::int64_t revision,
                                           const std::string& status) const;

 private:
  [[nodiscard]] Result<std::vector<std::string>> names_of(const ObjectKey& key) const;
  [[nodiscard]] Result<HistoryRecord> read_file(const std::string& name) const;
  std::filesystem::path directory_;
};

}  // namespace deployctl::files
