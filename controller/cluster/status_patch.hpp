#pragma once

// What is sent to turn one status into another: only the members that changed, guarded by what the write was decided
// on. Pure; used by KubeRepository.

#include <string>

#include "api/deployment.hpp"
#include "base/strict_json.hpp"
#include "kube/json_patch.hpp"

namespace deployctl::cluster {

/// A JSON merge patch (RFC 7396): members that went are null. An empty object when nothing changed.
Json merge_difference(const Json& before, const Json& after);

/// The first write of an operation: refused with 409 unless the object is still in the state that was seen.
Json announce_patch(const api::ObjectMeta& seen, const Json& before, const Json& after);

/// The tests of any later write: the uid, and the open operation's id and holder, or that there is none.
kube::PatchTests status_tests(const api::Deployment& seen);

/// A JSON PATCH: the tests, then one operation per changed member of the status.
Json guarded_status_patch(const kube::PatchTests& tests, const Json& before, const Json& after);

}  // namespace deployctl::cluster
