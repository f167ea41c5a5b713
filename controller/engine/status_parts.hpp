#pragma once

// The few moves every next status is made of. Used by next_status; the words by whoever tells of a revision.

#include <string>
#include <string_view>
#include <vector>

#include "api/deployment.hpp"

namespace deployctl::engine::parts {

/// Sets one condition; an empty message keeps the one that stands there for the same reason.
void say(api::DeploymentStatus& status, std::string_view type, api::ConditionStatus value, std::string_view reason,
         std::string message, WallTime now);

void work_goes_on(api::DeploymentStatus& status, std::string_view reason, std::string message, WallTime now);
void work_stopped(api::DeploymentStatus& status, std::string_view reason, std::string message, WallTime now);
/// Neither Reconciling nor Stalled.
void at_rest(api::DeploymentStatus& status);

/// Somebody else holds the tool's lock: `message` says who, since when, and how it is released.
void locked(api::DeploymentStatus& status, const std::string& message, WallTime now);
void not_locked(api::DeploymentStatus& status);

/// Ready says what waits for whom; nothing goes on, and nothing is wrong.
void awaits_approval(api::DeploymentStatus& status, const api::ObjectMeta& meta, WallTime now);
/// What waited is not asked any more; an approval that was on its way comes too late.
void drop_plan(api::DeploymentStatus& status, WallTime now);

void healthy(api::DeploymentStatus& status, api::ConditionStatus value, std::string message,
             std::vector<api::CheckStatus> checks, WallTime now);

/// Every condition is about the generation the status is about.
api::DeploymentStatus stamped(api::DeploymentStatus status);

/// "revision 2 (version 1.8.0)", "revision 2".
std::string revision_words(std::int64_t revision, const std::string& version);
/// Of what has no number yet: "version 1.8.0", "a release".
std::string release_words(const std::string& version);
/// Of a removal: "without A, B, and 2 more".
std::string without_words(const std::vector<std::string>& left_out);

/// Newest first, one entry an operation; a further one like the newest of its kind updates it (api.md section 6).
void add_entry(api::DeploymentStatus& status, api::HistoryEntry entry, std::int64_t history_limit);

}  // namespace deployctl::engine::parts
