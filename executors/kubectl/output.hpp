#pragma once

// What kubectl's answers mean. Pure. The words matched are those of kubectl 1.30 to 1.34 and of API machinery's status
// reasons.

#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "executors/procedure.hpp"
#include "kubectl/inventory.hpp"

namespace deployctl::kubectl {

/// The objects printed by `-o json`: a List's items, or the one object, or none.
Result<std::vector<Json>> read_objects(std::string_view out);

/// Of a step that did not end well: the kind decides what happens next, the message names manager and fields of a
/// conflict, account and verb of a denial, or holds the first line of the error.
Error error_of(const executors::StepResult& result);

/// "no matches for kind": those of `ids` whose kind the server does not know (any more) are taken out. False if none
/// was.
bool drop_unknown_kinds(std::vector<ObjectId>& ids, std::string_view err);

/// The objects that `kubectl diff` shows as different, "Kind ns/name" each, from its file names.
std::vector<std::string> differing(std::string_view out);

}  // namespace deployctl::kubectl
