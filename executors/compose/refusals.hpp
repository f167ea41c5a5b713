#pragma once

// What a rendered project may not ask for: always (programs of the controller's machine, its files on another machine),
// and in restricted mode whatever reaches out of the containers. Pure.

#include <optional>

#include "compose/model.hpp"

namespace deployctl::compose {

/// The first thing that is refused. Invalid; the message names service and field.
std::optional<Error> refusal(const executors::Inputs& in, const Model& model, bool restricted);

}  // namespace deployctl::compose
