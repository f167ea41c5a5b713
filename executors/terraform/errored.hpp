#pragma once

// A state that the tool could not write at the end of an apply (fault T5). It lies in a file then, and with it the only
// knowledge of what was built: an apply from the older state would build all of it a second time. So it is written once
// more at once; where that fails too it is kept, in a Secret or else on our disk (sources/left_states.hpp), nothing is
// tried again or rolled back without a person, and whatever runs next for the object begins with writing it.

#include "executors/script.hpp"
#include "terraform/commands.hpp"

namespace deployctl::terraform {

/// The tool says that it left a state in a file.
bool leaves_state(const executors::StepResult& applied);
/// All that failed was writing the state: what was planned is built.
bool failed_for_state_alone(const executors::StepResult& applied);

/// A state and another one know the same resources and outputs. Serials and lineages are not compared: a state that is
/// pushed where there was none gets a lineage of its own.
bool knows_the_same(std::string_view state, std::string_view other);

/// The state in a Secret, as JSON of kubectl. Empty: none of ours.
std::string state_in(std::string_view secret, const executors::Inputs& inputs);

/// Done when one of three tries works. Failed{Invalid}, which waits for a person, when none does; `error` is what the
/// apply said.
executors::Script write_left_state(executors::Inputs in, Bench bench, executors::StepResult applied, Error error);

/// Whether an earlier operation may have left a state: nothing serves, though something was begun.
bool may_have_left_state(const executors::Inputs& inputs);
/// What an earlier operation has left is written, before anything is planned. One that is there already counts as
/// written. Nothing was left: Done.
executors::Script take_up_state(executors::Inputs in, Bench bench);

}  // namespace deployctl::terraform
