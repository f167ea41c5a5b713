#pragma once

// What an operation may find of earlier revisions. A revision Secret keeps what its revision will own united with what
// was there before, so that nothing is forgotten when the operation is cut off. Pure.

#include "executors/procedure.hpp"

namespace deployctl::engine {

/// `rendered` with the lines of `before` that it lacks behind its own; how many they are is kept among the pins.
executors::Remembered united(executors::Remembered rendered, const Json& before);

/// The lines of the revision itself, without those carried over.
Json own_lines(const executors::Remembered& kept);

}  // namespace deployctl::engine
