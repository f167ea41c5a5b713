#pragma once

// Which kept revisions may go after an operation. Never: the serving one, the one it restores, those of an open
// operation, the newest number of all, and the newest revision of each of the two newest other succeeded digests.
// Of the rest the newest stay, `historyLimit` in all. Pure.

#include <cstdint>
#include <vector>

#include "api/status.hpp"

namespace deployctl::history {

/// Of the numbers in `kept` (any order) those to delete, oldest first.
std::vector<std::int64_t> revisions_to_delete(const api::DeploymentStatus& status, std::vector<std::int64_t> kept,
                                              std::int64_t history_limit);

/// Entries of these revisions cannot be restored any more: restorable becomes No.
void mark_purged(api::DeploymentStatus& status, const std::vector<std::int64_t>& deleted);

}  // namespace deployctl::history
