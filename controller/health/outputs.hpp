#pragma once

// `${outputs.NAME}` in the URLs of http checks: what the deployment that is looked at tells of itself. Filled in just
// before the checks run, in one pass: what a value contains is not looked at again. Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"
#include "health/check.hpp"

namespace deployctl::health {

/// Error: HealthCheckFailed, naming an output that is not there, or whose value is no part of a URL.
Result<std::string> fill_in_outputs(std::string_view url, const std::map<std::string, std::string>& outputs);

/// The same in each http check; the error names it.
Result<std::vector<Check>> fill_in_outputs(std::vector<Check> checks,
                                           const std::map<std::string, std::string>& outputs);

}  // namespace deployctl::health
