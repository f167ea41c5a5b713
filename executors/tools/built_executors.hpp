#pragma once

// Which executors this version is built with: the one place that names them all. Made in main, outlives the engine.

#include "executors/registry.hpp"

namespace deployctl::tools {

executors::MapRegistry built_executors();

}  // namespace deployctl::tools
