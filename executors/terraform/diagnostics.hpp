#pragma once

// What the tool's complaints mean. Pure. It speaks in JSON lines (`-json`) with file and line of each; where it does
// not (a flag refused, a command without that form), the boxes of its text form are read.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "executors/procedure.hpp"

namespace deployctl::terraform {

struct Diagnostic {
  std::string summary, detail;
  std::string file;  ///< of the module; empty: not about a place in it
  int line = 0;
  std::string address;  ///< of the resource it is about
  bool operator==(const Diagnostic&) const = default;
};

/// The errors (no warnings), in the order they were said.
std::vector<Diagnostic> read_errors(const process::ProcessResult& result);

/// The directory is not initialised for this module, or not any more.
bool asks_for_init(const executors::StepResult& result);
/// The saved plan was made for a state that has changed since.
bool says_stale(const executors::StepResult& result);
/// A lock could not be made because the namespace is being deleted.
bool says_terminating(const executors::StepResult& result);

/// Before: nothing was changed yet, and what the module itself got wrong is Invalid. During: part of it may be there.
enum class Stage : std::uint8_t { Before, During };

/// Of a step that did not end well: the first error with its place, and how many there are.
Error error_of(std::string_view what, const executors::StepResult& result, Stage stage);

}  // namespace deployctl::terraform
