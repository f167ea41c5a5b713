#pragma once

// Reads from two statuses that follow each other which operation has ended and how: what its history file says. Pure;
// the status alone decides, so that a recovery by another process tells the same.

#include <optional>

#include "api/deployment.hpp"
#include "files/history_files.hpp"

namespace deployctl::files {

/// The operation that was open before, or that failed without ever being announced. Nothing: none ended, or it ended
/// with a plan that waits for a person. `config` and `steps` are left empty.
std::optional<HistoryRecord> ended_operation(const ObjectKey& key, const api::DeploymentStatus& before,
                                             const api::DeploymentStatus& after, WallTime now);

/// A destroy whose object is gone: there is no status after it.
HistoryRecord ended_destroy(const ObjectKey& key, const api::DeploymentStatus& before, WallTime now);

/// Of the Deploy that was undone since: its revision, whose file says RolledBack from now on.
std::optional<std::int64_t> undone_revision(const api::DeploymentStatus& before, const api::DeploymentStatus& after);

}  // namespace deployctl::files
