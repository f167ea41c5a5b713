#pragma once

// Where a rollback goes, and whether a deployment would move. Pure functions over the status; order is the order of the
// history list, never its times (a clock may go back: fault H8). Errors are NotFound with a sentence for people.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "api/status.hpp"
#include "base/result.hpp"

namespace deployctl::history {

struct RollbackTarget {
  std::int64_t revision = 0;
  std::string digest;
  std::string version;
  api::Restorable restorable = api::Restorable::Exact;
  bool operator==(const RollbackTarget&) const = default;
};

/// After a failed release: the newest succeeded, restorable entry whose digest is neither `failing_digest` nor
/// quarantined. What served before the failed operation is the first candidate: it no longer counts as serving.
Result<RollbackTarget> automatic_target(const api::DeploymentStatus& status, std::string_view failing_digest);

/// `rollback-to: previous`: as above, and not the digest that serves now.
Result<RollbackTarget> previous_target(const api::DeploymentStatus& status);

/// `rollback-to: N`: that revision, if it succeeded, is kept and does not serve already. A person may choose a
/// quarantined one. A number that was purged is told apart from one that never was (fault H7).
Result<RollbackTarget> revision_target(const api::DeploymentStatus& status, std::int64_t revision);

/// What `deployctl.io/rollback-to` asks for (api::AskedRollback::revision): a number, or nothing for `previous`.
Result<RollbackTarget> requested_target(const api::DeploymentStatus& status, std::optional<std::int64_t> revision);

/// A sentence when `wanted` lives elsewhere than `recorded`: "target moves from X to Y: set it back, or force-at to
/// destroy at X and deploy at Y". Nothing when it stays. A cluster whose id could not be read is not a move.
std::optional<std::string> target_move(const api::Target& recorded, const api::Target& wanted);

}  // namespace deployctl::history
