#pragma once

// `status` as one C++ value (api.md section 6). Whole, it is the journal of what runs, the history of what ran, and
// what people read. Written only through Repository; decoded leniently, because anybody with the right may have written
// junk into it: what cannot be read is dropped, never trusted.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/strict_json.hpp"
#include "base/time.hpp"

namespace deployctl::api {

enum class ConditionStatus { True, False, Unknown };

struct Condition {
  std::string type;
  ConditionStatus status = ConditionStatus::Unknown;
  std::string reason;
  std::string message;
  WallTime last_transition_time{};
  std::int64_t observed_generation = 0;
  bool operator==(const Condition&) const = default;
};

enum class OperationKind { Deploy, Rollback, Destroy };
std::string_view to_string(OperationKind kind);

/// Who performs an operation; what proves that it is dead (api.md section 4).
struct Holder {
  std::string identity;  ///< unique per process start
  std::string pod_uid;   ///< empty outside a pod
  std::string node;      ///< outside a pod: the host name
  std::int64_t pid = 0;
  std::int64_t process_start = 0;  ///< field 22 of /proc/PID/stat
  std::string boot_id;             ///< /proc/sys/kernel/random/boot_id
  bool operator==(const Holder&) const = default;
};

/// The journal: present only while something runs or must be recovered.
struct Operation {
  std::string id;  ///< ULID
  OperationKind kind = OperationKind::Deploy;
  std::int64_t revision = 0;           ///< 0 for Destroy
  std::int64_t restored_revision = 0;  ///< Rollback: whose inputs
  std::string digest;
  std::int64_t attempt = 1;
  std::string step;   ///< name of the step that was about to run when this was written
  bool once = false;  ///< that step has the effect Once
  Holder holder;
  WallTime started_at{};
  WallTime deadline{};
  std::string trigger, by, why;
  bool operator==(const Operation&) const = default;
};

enum class HistoryResult { Succeeded, Failed, RolledBack, Cancelled, Interrupted, Superseded };
std::string_view to_string(HistoryResult result);
enum class Restorable { Exact, ByReference, No };

/// One entry per operation, newest first.
struct HistoryEntry {
  std::int64_t revision = 0;  ///< 0: failed before it took a number
  OperationKind kind = OperationKind::Deploy;
  std::string version;
  std::string digest;
  std::string gate;  ///< hash of health, hooks, timeout
  HistoryResult result = HistoryResult::Failed;
  Restorable restorable = Restorable::No;
  std::int64_t restored_revision = 0;
  std::string trigger;  ///< Spec, Source, Variables, Environment, Dependency, Request, Health, Drift, Automatic
  std::string by, why;
  WallTime started_at{};
  WallTime finished_at{};
  std::int64_t attempts = 1;
  std::string reason;
  std::string message;
  bool operator==(const HistoryEntry&) const = default;
};

struct Quarantine {
  std::string digest;
  std::string gate;
  std::string version;
  std::int64_t revision = 0;
  std::string reason;
  WallTime since{};
  bool operator==(const Quarantine&) const = default;
};

struct CheckStatus {
  std::string name;
  std::string state;  ///< Healthy, Unhealthy, Unknown
  std::optional<WallTime> since;
  std::string message;
  bool operator==(const CheckStatus&) const = default;
};
struct HealthStatus {
  std::string state;
  std::optional<WallTime> since;
  std::vector<CheckStatus> checks;
  bool operator==(const HealthStatus&) const = default;
};

enum class RequestResult { Pending, Done, Refused };
struct Request {
  std::string token;
  RequestResult result = RequestResult::Pending;
  std::string message;
  WallTime at{};
  bool operator==(const Request&) const = default;
};
struct LastHandled {
  std::optional<Request> reconcile, force, rollback, approve, cancel;
  bool operator==(const LastHandled&) const = default;
};

/// Where the deployed thing lives; recorded at the first effect.
struct Target {
  std::string host;       ///< docker: endpoint; kubernetes: cluster UID
  std::string ns;         ///< `namespace`
  std::string project;    ///< container name or compose project
  std::string workspace;  ///< terraform backend and workspace
  bool operator==(const Target&) const = default;
};

enum class PlanKind { Deploy, Rollback };

/// What a person is asked to approve, or approved and is being carried out (api.md section 5).
struct Plan {
  std::string id;  ///< what `approve` has to carry
  PlanKind kind = PlanKind::Deploy;
  std::string digest;  ///< of the inputs and of what would change
  std::int64_t add = 0, change = 0, destroy = 0;
  std::string summary;
  WallTime created_at{};
  WallTime expires_at{};
  // What it was made for: it stands while this is what is asked.
  std::string inputs;                  ///< their digest
  std::string gate;                    ///< as in HistoryEntry
  std::int64_t restored_revision = 0;  ///< Rollback: whose inputs
  bool operator==(const Plan&) const = default;
};

struct InventorySummary {
  std::int64_t count = 0;
  std::string digest;
  bool operator==(const InventorySummary&) const = default;
};

/// What the serving revision tells others; the values are in the Secret.
struct Outputs {
  std::string secret_name;
  std::vector<std::string> names;
  bool operator==(const Outputs&) const = default;
};

struct DeploymentStatus {
  std::int64_t observed_generation = -1;
  std::int64_t revision = 0;       ///< serving now; 0: nothing
  std::int64_t last_revision = 0;  ///< the highest number given
  std::string version;             ///< of the serving revision
  std::optional<WallTime> last_success_at;
  std::vector<Condition> conditions;
  std::optional<Operation> operation;
  std::optional<Plan> plan;
  std::optional<Target> target;
  std::optional<HealthStatus> health;
  std::vector<Quarantine> quarantined;
  std::optional<InventorySummary> inventory;
  std::optional<Outputs> outputs;
  LastHandled last_handled;
  std::vector<HistoryEntry> history;
  bool operator==(const DeploymentStatus&) const = default;
};

/// Lenient: what cannot be read is left at its default.
DeploymentStatus decode_status(const Json& status);
/// Members at their default are left out (observedGeneration never). Messages are cut to their limits here, whole
/// status
/// <= 64 KiB by dropping the oldest history entries.
Json encode_status(const DeploymentStatus& status);

}  // namespace deployctl::api
