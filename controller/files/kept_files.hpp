#pragma once

// What is kept for an app beside its status: the exact inputs of its revisions, a saved plan, outputs. They hold secret
// values: 0600 in 0700, and their contents leave only through the repository. Blocking.

#include <cstdint>
#include <optional>
#include <vector>

#include "files/state_directory.hpp"
#include "ports/repository.hpp"

namespace deployctl::files {

/// There already with equal content: success; with another: Conflict.
Result<void> save_revision(const StateDirectory& state, const ObjectKey& key, const ports::KeptRevision& revision,
                           WallTime now);
/// NotFound; Invalid when it was not written by us, or cut.
Result<ports::KeptRevision> load_revision(const StateDirectory& state, const ObjectKey& key, std::int64_t number);
/// Newest first; foreign files are left out.
Result<std::vector<ports::KeptRevisionInfo>> list_revisions(const StateDirectory& state, const ObjectKey& key);
Result<void> delete_revision(const StateDirectory& state, const ObjectKey& key, std::int64_t number);

Result<void> attach(const StateDirectory& state, const ObjectKey& key, ports::Attachment what,
                    const ports::AttachedValues& values);
/// Nothing when there is none. Invalid when it cannot be read.
Result<std::optional<ports::AttachedValues>> attached(const StateDirectory& state, const ObjectKey& key,
                                                      ports::Attachment what);
Result<void> detach(const StateDirectory& state, const ObjectKey& key, ports::Attachment what);

}  // namespace deployctl::files
