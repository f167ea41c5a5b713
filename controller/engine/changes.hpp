#pragma once

// What a deployment would change of what serves, as a sentence of names for the person who has to approve it: which
// files, variables and fields, never their values. Pure.

#include <string>

#include "history/snapshot.hpp"

namespace deployctl::engine {

/// "version 1 -> 2; docker: image; source: 2 files changed; variables: A, B". `serving` null: "first deployment".
std::string changed_inputs(const history::Snapshot* serving, const history::Snapshot& wanted);

}  // namespace deployctl::engine
