#pragma once

// What docker-compose prints, as far as docker/output does not say it. Pure. The words matched are those of 2.20
// to 2.40.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::compose {

/// Lines "service hash". Error: StepFailed.
Result<std::map<std::string, std::string>> read_hashes(std::string_view out);

/// Variables that were used and are not there, from the tool's warnings; each once.
std::vector<std::string> undefined_variables(std::string_view err);

/// Of a rendering that failed. Invalid: the files are at fault. ExecutorUnavailable: the tool is none we can use.
Error render_error(const executors::Inputs& in, const executors::StepResult& result);
/// As docker's error_of; Invalid where a Dockerfile is at fault.
Error compose_build_error(const executors::StepResult& result);

/// Tags "repository:tag", one per line, as `docker image ls --format` prints them.
std::vector<std::string> read_tags(std::string_view out);

}  // namespace deployctl::compose
