#pragma once

// Who performs an operation, and what proves that such a one is dead (api.md section 4). Only proof counts: a process
// that cannot be looked at from here (another node) is not dead.

#include <string>

#include "api/status.hpp"

namespace deployctl::engine {

/// This process, read from /proc. `pod_uid` and `node` come from the installer (downward API); outside a pod they are
/// empty and the host's name stands for the node.
api::Holder own_holder(std::string pod_uid, std::string node);

/// What can be seen of a process id on this machine now.
struct ProcessLook {
  bool exists = false;
  std::int64_t start = 0;  ///< field 22 of /proc/PID/stat
};
ProcessLook look_at_process(std::int64_t pid);

/// True when `holder` is proven dead as seen by `self`: the same pod and a later process; or the same machine, and
/// another boot, or its pid is gone or belongs to a process that started at another time. Pure: `look` is what
/// look_at_process(holder.pid) says.
bool is_proven_dead(const api::Holder& holder, const api::Holder& self, const ProcessLook& look);

}  // namespace deployctl::engine
