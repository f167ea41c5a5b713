#pragma once

// A state that a tool could not write to its backend: the tool leaves it as a file in the source of its operation, and
// with it goes the only knowledge of what was built. So no directory of an operation is removed with such a file in it:
// it is put aside for the object, where the next operation finds it. Plain functions on paths, run on the pool.
//
//   <work-dir>/<operation>/src/…/errored.tfstate        as terraform and tofu leave it
//   <work-dir>/<operation>/state-owner                  written by the executor: the name to put it aside by
//   <work-dir>/left-states/<that name>                  put aside; the executor removes it when it is written

#include <filesystem>
#include <string>

#include "base/result.hpp"

namespace deployctl::sources {

/// No such file, or no owner = success, nothing is done. Links are not followed. WorkspaceFailed: it could not be
/// moved, and the directory must not be removed.
Result<void> put_left_state_aside(const std::filesystem::path& work_dir, const std::string& operation_id);

}  // namespace deployctl::sources
