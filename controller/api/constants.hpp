#pragma once

// Every word users can see, once: kind, group, finalizer, annotations, labels, condition types, reasons, limits. A word
// is added to the closed lists here, in crds/, in the docs and in the parity test in one commit.

#include <array>
#include <cstddef>
#include <string_view>

#include "base/time.hpp"

namespace deployctl::api {

inline constexpr std::string_view kGroup = "deployctl.io";
inline constexpr std::string_view kVersion = "v1alpha1";
inline constexpr std::string_view kApiVersion = "deployctl.io/v1alpha1";
inline constexpr std::string_view kKind = "Deployment";
inline constexpr std::string_view kPlural = "deployments";

inline constexpr std::string_view kControllerName = "deployment-orchestrator";  ///< reportingController, field manager
inline constexpr std::string_view kStatusManager = "deployment-orchestrator-status";

/// On the object: Destroy runs before it goes.
inline constexpr std::string_view kFinalizer = "deployctl.io/destroy";
/// On the newest revision, state and output Secrets: they stay until the object is destroyed.
inline constexpr std::string_view kInUseFinalizer = "deployctl.io/in-use";

namespace annotations {
inline constexpr std::string_view kRequestedAt = "deployctl.io/requested-at";
inline constexpr std::string_view kForceAt = "deployctl.io/force-at";
inline constexpr std::string_view kRollbackTo = "deployctl.io/rollback-to";
inline constexpr std::string_view kApprove = "deployctl.io/approve";
inline constexpr std::string_view kCancel = "deployctl.io/cancel";
inline constexpr std::string_view kRequestedBy = "deployctl.io/requested-by";
inline constexpr std::string_view kRequestReason = "deployctl.io/request-reason";
}  // namespace annotations

/// Labels on everything we create.
namespace labels {
inline constexpr std::string_view kManagedBy = "app.kubernetes.io/managed-by";
inline constexpr std::string_view kInstallation = "deployctl.io/installation";
inline constexpr std::string_view kNamespace = "deployctl.io/namespace";
inline constexpr std::string_view kName = "deployctl.io/name";
inline constexpr std::string_view kUid = "deployctl.io/uid";
inline constexpr std::string_view kRevision = "deployctl.io/revision";
inline constexpr std::string_view kDigest = "deployctl.io/digest";
}  // namespace labels

/// Type of the Secrets NAME-rN that hold a revision's inputs.
inline constexpr std::string_view kRevisionSecretType = "deployctl.io/revision";

/// Condition types. Ready always; Reconciling, Stalled, ApprovalPending, StateLocked only while True.
namespace conditions {
inline constexpr std::string_view kReady = "Ready";
inline constexpr std::string_view kReconciling = "Reconciling";
inline constexpr std::string_view kStalled = "Stalled";
inline constexpr std::string_view kHealthy = "Healthy";
inline constexpr std::string_view kDrifted = "Drifted";
inline constexpr std::string_view kApprovalPending = "ApprovalPending";
inline constexpr std::string_view kStateLocked = "StateLocked";
}  // namespace conditions

/// Condition and event reasons (closed list).
namespace reasons {
inline constexpr std::string_view kSucceeded = "Succeeded";
inline constexpr std::string_view kProgressing = "Progressing";
inline constexpr std::string_view kProgressingWithRetry = "ProgressingWithRetry";
inline constexpr std::string_view kSuspended = "Suspended";
inline constexpr std::string_view kDependencyNotReady = "DependencyNotReady";
inline constexpr std::string_view kAwaitingApproval = "AwaitingApproval";
inline constexpr std::string_view kWindowClosed = "WindowClosed";
inline constexpr std::string_view kInvalidSpec = "InvalidSpec";
inline constexpr std::string_view kAccessDenied = "AccessDenied";
inline constexpr std::string_view kSourceFailed = "SourceFailed";
inline constexpr std::string_view kWorkspaceError = "WorkspaceError";
inline constexpr std::string_view kExecutorUnavailable = "ExecutorUnavailable";
inline constexpr std::string_view kConflict = "Conflict";
inline constexpr std::string_view kStateLocked = "StateLocked";
inline constexpr std::string_view kStepFailed = "StepFailed";
inline constexpr std::string_view kStepTimeout = "StepTimeout";
inline constexpr std::string_view kHealthCheckFailed = "HealthCheckFailed";
inline constexpr std::string_view kRolledBack = "RolledBack";
inline constexpr std::string_view kRollbackFailed = "RollbackFailed";
inline constexpr std::string_view kDestroyFailed = "DestroyFailed";
inline constexpr std::string_view kCancelled = "Cancelled";
inline constexpr std::string_view kFailed = "Failed";
inline constexpr std::string_view kRetriesExhausted = "RetriesExhausted";
inline constexpr std::string_view kQuarantined = "Quarantined";
inline constexpr std::string_view kHealthCheckPassed = "HealthCheckPassed";
inline constexpr std::string_view kUnknown = "Unknown";
inline constexpr std::string_view kDriftDetected = "DriftDetected";
inline constexpr std::string_view kInSync = "InSync";
inline constexpr std::string_view kLockHeld = "LockHeld";
}  // namespace reasons

/// Limits (api.md). Lengths count code points, byte caps say so.
namespace limits {
inline constexpr std::size_t kVersion = 128;
inline constexpr std::size_t kInlineBytes = 512U * 1024;
inline constexpr std::size_t kConditionMessageBytes = 1024;
inline constexpr std::size_t kHistoryMessageBytes = 256;
inline constexpr std::size_t kStatusBytes = 64U * 1024;
inline constexpr std::size_t kHistoryDefault = 10;
inline constexpr std::size_t kHistoryMax = 50;
inline constexpr std::size_t kQuarantined = 10;
inline constexpr std::size_t kRevisionSecretBytes = 900U * 1024;  ///< each
inline constexpr std::size_t kRevisionSecrets = 8;                ///< per revision
inline constexpr Duration kIntervalFloor = std::chrono::seconds(60);
}  // namespace limits

}  // namespace deployctl::api
