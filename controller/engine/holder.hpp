#pragma once

// Who performs an operation, and what proves that such a one is dead (api.md section 4). Only proof counts: a process
// that cannot be looked at from here (another node) is dead when its Pod says that its container ended, or when its Pod
// is gone and its Node is Ready or gone, too. Everything here is pure but own_holder and look_at_process;
// holder_proofs.hpp asks the cluster.

#include <optional>
#include <string>

#include "api/status.hpp"
#include "ports/pods.hpp"

namespace deployctl::engine {

/// The Pod this process runs in, as the installer says (downward API); outside a pod all are empty.
struct OwnPod {
  std::string ns, name, uid, node;
  bool operator==(const OwnPod&) const = default;
};

/// This process, read from /proc. In a Pod its identity is NAMESPACE/NAME_ULID, so that others find the Pod and know
/// when it was born; outside, HOST_PID_ULID, and the host's name stands for the node.
api::Holder own_holder(const OwnPod& pod, WallTime now);

/// What can be seen of a process id on this machine now.
struct ProcessLook {
  bool exists = false;
  std::int64_t start = 0;  ///< field 22 of /proc/PID/stat
};
ProcessLook look_at_process(std::int64_t pid);

/// True when `holder` is proven dead as seen by `self` without asking anybody: the same pod and a later process; or the
/// same machine, and another boot, or its pid is gone or belongs to a process that started at another time. `look` is
/// what look_at_process(holder.pid) says.
bool is_proven_dead(const api::Holder& holder, const api::Holder& self, const ProcessLook& look);

/// Where a holder ran and since when, as its identity tells; nothing outside a pod.
struct HolderPod {
  ObjectKey key;
  WallTime born{};
  bool operator==(const HolderPod&) const = default;
};
std::optional<HolderPod> pod_of(const api::Holder& holder);

/// The name of the user this process and its tools run as; empty when the system has none for its number.
std::string own_user();

/// Whether a holder is dead; when not, `missing` is a clause that says what the proof lacks.
struct HolderProof {
  bool dead = false;
  std::string missing;
  WallTime by{};  ///< of a dead one: what began later is not its
  bool operator==(const HolderProof&) const = default;
};

/// By its Pod. Nothing when that is gone, or another one has its name: then its Node has to be asked.
std::optional<HolderProof> proof_by_pod(const api::Holder& holder, const HolderPod& pod,
                                        const Result<std::optional<ports::PodSeen>>& seen);
/// By its Node, of a holder whose Pod is gone.
HolderProof proof_by_node(const api::Holder& holder, const HolderPod& pod,
                          const Result<std::optional<ports::NodeSeen>>& seen);

}  // namespace deployctl::engine
