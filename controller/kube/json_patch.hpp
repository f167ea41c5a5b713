#pragma once

// JSON Patches that cannot touch what is not ours: every write is guarded by `test` operations, so a state other than
// the one it was decided on refuses it (the server answers 422, which Client turns into Conflict for these).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/strict_json.hpp"

namespace deployctl::kube {

/// JSON Pointer to expected value; a null value means "not there".
using PatchTests = std::vector<std::pair<std::string, Json>>;

/// [tests..., add /status]
Json status_patch(const PatchTests& tests, const Json& status);

/// Adds `finalizer` to an object that has `present`. Guarded by the uid and the whole present list.
Json add_finalizer_patch(std::string_view uid, const std::vector<std::string>& present, std::string_view finalizer);
/// Removes `finalizer` only, guarded by the uid and its place in the list. Null when it is not in `present`.
Json remove_finalizer_patch(std::string_view uid, const std::vector<std::string>& present, std::string_view finalizer);

}  // namespace deployctl::kube
