#pragma once

// The complete behaviour of the product, in the order the rules apply. Pure: the same object, observation and time give
// the same decision. The guards stand in guards_operation (what runs or must go: 1-5), guards_desired (what is asked:
// 6-12) and guards_serving (what serves: 13).

#include "api/deployment.hpp"
#include "engine/decision.hpp"
#include "engine/observation.hpp"

namespace deployctl::engine {

Decision decide(const api::Deployment& object, const Observation& observed, WallTime now);

}  // namespace deployctl::engine
