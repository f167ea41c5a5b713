#pragma once

// Which executors this version is built with: the one place that names them all. Made in main, outlives the engine.

#include "executors/registry.hpp"

namespace deployctl::tools {

/// `restricted`: what reaches out of a container, or runs programs where we run, is refused (flag --restricted).
executors::MapRegistry built_executors(bool restricted);

}  // namespace deployctl::tools
