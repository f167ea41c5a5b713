#pragma once

// What the waiting plan of a status means now: whether it is still what is asked, and whether it was approved. Pure
// functions, so that a restart changes nothing.

#include <optional>
#include <string_view>

#include "api/deployment.hpp"
#include "api/requests.hpp"
#include "history/target.hpp"

namespace deployctl::engine {

/// The plan was made for what is asked (`digest` under `gate`), or for going back from it; a rollback's revision is
/// still kept. False without a plan.
bool plan_stands(const api::DeploymentStatus& status, std::string_view digest, std::string_view gate);

/// A person approved the plan, now or when it was begun: a retry and a recovery carry it out without asking again.
bool is_approved(const api::DeploymentStatus& status, const api::Requests& requests);

/// Where the waiting rollback goes; nothing when no rollback waits, or its revision is not kept any more.
std::optional<history::RollbackTarget> planned_target(const api::DeploymentStatus& status);

/// How the request that is new is answered when it cannot be obeyed; nothing when it can be.
std::optional<std::string> refusal_of(const api::DeploymentStatus& status, const api::Asked& approve, WallTime now);

/// What people read while it waits: what it would do, until when, and the command that approves it.
std::string words_of(const api::ObjectMeta& meta, const api::Plan& plan);

}  // namespace deployctl::engine
