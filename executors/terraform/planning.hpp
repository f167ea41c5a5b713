#pragma once

// The parts that deploy and destroy have in common, as scripts: a directory made ready, and a plan made and read.
// Pointers go to locals of the calling script, which outlives them.

#include <string>

#include "executors/script.hpp"
#include "terraform/commands.hpp"
#include "terraform/plan.hpp"

namespace deployctl::terraform {

bool has_failed(const executors::Next& end);

/// Tool and backend as the spec, or an earlier run kept in the pins, says. Error: Invalid.
Result<Bench> bench_of(const executors::Inputs& in, bool restricted);

/// Ready to plan: where an operation of the object has initialised the module before, that is not done again (a plan
/// that fails tells whether it has to be, and make_plan sees to it); refused is what restricted mode refuses; and,
/// where there may be one, the state that an earlier operation could not write is written.
executors::Script begin(executors::Inputs in, Bench* bench, bool takes_up);

/// Initialises the module, from nothing, and refuses what restricted mode refuses. Without tofu and without a word in
/// the spec, terraform is taken.
executors::Script prepare(executors::Inputs in, Bench* bench);

/// A fresh plan, saved, and what it would do. A lock that a dead attempt of ours left is released first, where that is
/// allowed.
executors::Script make_plan(executors::Inputs in, Bench* bench, PlanFor what, PlanReport* report);

/// Reads the saved plan; `kept`: those bytes are it.
executors::Script read_saved(executors::Inputs in, Bench bench, std::string kept, PlanReport* report);

/// A state that was there and is there no more is never taken for "nothing exists" (fault T3).
executors::Script refuse_lost_state(executors::Inputs in, Bench bench, PlanReport report);

}  // namespace deployctl::terraform
