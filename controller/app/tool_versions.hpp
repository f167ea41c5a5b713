#pragma once

// Which tools are there and of which version: asked once at start, for deployctl_tool_info and the log. A tool that is
// missing is told when an object needs it (ExecutorUnavailable), not here.

#include <string>
#include <string_view>

#include "app/deployment_metrics.hpp"
#include "base/log.hpp"
#include "process/process_runner.hpp"

namespace deployctl::app {

/// The first "1.2.3"-like word of what a tool says of itself; "unknown" without one.
std::string version_in(std::string_view text);

Task<void> report_tools(process::ProcessRunner& processes, DeploymentMetrics& metrics, const Logger& log,
                        std::string work_dir);

}  // namespace deployctl::app
