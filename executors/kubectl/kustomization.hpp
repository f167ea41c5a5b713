#pragma once

// What a kustomization may name. kustomize itself would fetch URLs and clone repositories from where the controller
// stands, and a rollback would fetch them again: other bytes, or none. So everything comes from the source. Pure.

#include "base/result.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::kubectl {

/// Invalid, naming file and entry, when a kustomization file of the tree names another host.
Result<void> check_kustomizations(const ports::SourceTree& files);

}  // namespace deployctl::kubectl
