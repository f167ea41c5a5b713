#pragma once

// The status an object gets, each function from the status it has: pure, and the only place that knows how conditions,
// history, quarantine and echoes of requests change. record.hpp writes what these return.

#include <optional>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "api/requests.hpp"
#include "engine/decision.hpp"
#include "engine/rest.hpp"

namespace deployctl::engine {

/// What an operation is about to do: the journal entry, and what has to stand in the status before its first effect.
struct Announcement {
  api::Operation operation;
  std::string version;
  Duration timeout{};
  std::optional<api::Target> target;          ///< recorded at the first effect of a Deploy
  std::optional<api::Quarantine> quarantine;  ///< of a rollback: what it goes away from
  bool lifts_quarantine = false;              ///< forced
  std::optional<std::string> force_token, rollback_token;
  std::optional<std::string> approve_token;  ///< the plan it carries out
};
api::DeploymentStatus announced(const api::Deployment& object, const Announcement& announcement, WallTime now);

/// While it runs: the journal before a Once step, and what people read after a while.
api::DeploymentStatus progressed(const api::Deployment& object, const api::Operation& operation, std::string message,
                                 WallTime now);

/// How an operation ended, completely.
struct Closing {
  api::Operation operation;
  api::HistoryResult result = api::HistoryResult::Failed;
  std::string reason;  ///< api::reasons; Succeeded for a success
  std::string message;
  std::string version, gate;
  api::Restorable restorable = api::Restorable::No;
  bool release_ran = false;                ///< something of it ran: what served before is not known to serve
  std::optional<std::int64_t> generation;  ///< what it was begun for; unknown after a recovery
  std::string abandoned_digest;            ///< of a rollback
  std::optional<api::Quarantine> quarantine;
  bool lifts_quarantine = false;
  std::optional<std::string> reconcile_token, force_token, rollback_token, cancel_token;
  std::optional<std::string> approve_token;  ///< the plan it carried out
  std::vector<api::CheckStatus> checks;      ///< of the gate
  std::optional<api::InventorySummary> inventory;
  std::optional<api::Target> target;  ///< where it lives, of a success
  bool tells_outputs = false;         ///< then `outputs` is what it tells others; else what is kept stays
  std::optional<api::Outputs> outputs;
};
api::DeploymentStatus closed(const api::Deployment& object, const Closing& closing, WallTime now);

/// An operation that ended because a person has to approve what it would do. It has no entry in the history.
struct AwaitedPlan {
  api::Operation operation;
  api::Plan plan;
  bool release_ran = false;  ///< before an interruption
  std::optional<std::int64_t> generation;
  std::optional<api::Quarantine> quarantine;  ///< of a rollback
  std::optional<std::string> reconcile_token, force_token, rollback_token;
  std::optional<std::string> approve_token;  ///< the plan that was approved and is not true any more
};
api::DeploymentStatus awaiting(const api::Deployment& object, const AwaitedPlan& awaited, WallTime now);

/// While nothing runs. `reconcile_token`: a requested-at that is answered by this pass.
api::DeploymentStatus rested(const api::Deployment& object, const Rest& rest, const api::Requests& requests,
                             const std::optional<std::string>& reconcile_token, WallTime now);

struct CheckReport {
  api::ConditionStatus healthy = api::ConditionStatus::Unknown;
  std::string message;
  std::vector<api::CheckStatus> checks;
  std::optional<bool> drifted;  ///< nothing: not looked for
  std::string drift_message;
};
api::DeploymentStatus checked(const api::Deployment& object, const CheckReport& report, WallTime now);

api::DeploymentStatus answered(const api::Deployment& object, const Answer& answer, WallTime now);

/// Kept revisions of an earlier life were found under an empty status.
struct Adoption {
  std::int64_t last_revision = 0;
  bool serves = false;      ///< the executor's verify says so
  api::HistoryEntry entry;  ///< of the newest revision; Interrupted when it does not serve
  api::Target target;
  std::optional<api::Outputs> outputs;  ///< that are kept
};
api::DeploymentStatus adopted(const api::Deployment& object, const Adoption& adoption, const api::Requests& requests,
                              WallTime now);

}  // namespace deployctl::engine
