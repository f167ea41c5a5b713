#pragma once

// All jitter comes from a hash of something that names the object (its uid, its key and the attempt), never from a
// random generator: the same inputs give the same time, so decisions stay pure and a restart does not move them.

#include <string_view>

#include "base/time.hpp"

namespace deployctl {

/// A number in [0, 1), evenly spread over seeds; the same in every process and build.
double jitter_of(std::string_view seed);

/// A point in [0, span): where in an interval one of many objects has its turn.
Duration spread(Duration span, std::string_view seed);

/// `base` made longer by up to `share` of itself (0.2: at most a fifth).
Duration jittered(Duration base, double share, std::string_view seed);

}  // namespace deployctl
