#pragma once

// What the history says about one digest: what failed, how often, and what that means now. Pure functions over the
// status, so that a restart changes nothing.

#include <cstdint>
#include <optional>
#include <string_view>

#include "api/deployment.hpp"
#include "engine/observation.hpp"

namespace deployctl::engine {

/// The entry of the revision that serves; null when nothing does, or nobody knows.
const api::HistoryEntry* serving_entry(const api::DeploymentStatus& status);

/// The newest Deploy of this digest under this gate; null when there was none.
const api::HistoryEntry* newest_deploy(const api::DeploymentStatus& status, std::string_view digest,
                                       std::string_view gate);

/// The newest entry, when it is a rollback; null otherwise.
const api::HistoryEntry* newest_rollback(const api::DeploymentStatus& status);

/// The trigger of what was found beside an empty status; nobody asked for it, and no other Deploy has it.
inline constexpr std::string_view kFoundTrigger = "Automatic";

/// The newest revision of an earlier life, of which nobody knows whether it ever served.
bool is_of_earlier_life(const api::HistoryEntry& entry);

/// Something succeeded, or may have in an earlier life: what is there is not only what failed.
bool may_have_served(const api::DeploymentStatus& status);

/// Failed attempts of this digest that count towards retry.limit, since it last succeeded.
std::int64_t counted_failures(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate);

/// Rollbacks since the newest Deploy that failed and count towards rollback.maxAttempts, whatever stands between them.
std::int64_t counted_rollbacks(const api::DeploymentStatus& status);

/// A failed release of which something ran. A failed preDeploy hook is told by its entry being not restorable: nothing
/// of the release ran, so there is nothing to go back from.
bool is_undone_by_rollback(const api::HistoryEntry& entry);

/// The operation that took this revision's number did not succeed: what it created is of a failure. Not of one that
/// the history has lost.
bool failed_with_revision(const api::DeploymentStatus& status, std::int64_t revision);

/// What a rollback to `target` goes away from: what the spec asks for. Nothing when that is the target itself.
std::optional<api::Quarantine> abandoned(const api::Deployment& object, const std::optional<Desired>& desired,
                                         std::string_view target);

}  // namespace deployctl::engine
