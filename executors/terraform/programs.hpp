#pragma once

// What a module would have run where the controller runs, with its rights: `provisioner "local-exec"` and
// `data "external"`. Allowed, unless the controller is restricted (flag --restricted): then no module of the deployment
// may have one, neither its own, nor a local one beside it, nor one that init has downloaded. Providers are programs,
// too, and are not looked at: which ones can be installed is for the mirror to say.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "executors/executor.hpp"
#include "executors/script.hpp"
#include "terraform/commands.hpp"

namespace deployctl::terraform {

struct ModuleFile {
  std::string path;  ///< absolute
  std::size_t size = 0;
  std::string bytes = {};
  bool operator==(const ModuleFile&) const = default;
};

/// The first one that a file has, as people read it: `main.tf:3: provisioner "local-exec"`. `name` is the file's, for
/// people. Error: Invalid, for a file that cannot be read.
Result<std::optional<std::string>> program_in(const std::string& name, std::string_view text);

/// Of the lines that list_module_files prints. Error: Invalid for a name that cannot be told from the rest, or too
/// much.
Result<std::vector<ModuleFile>> read_file_list(std::string_view lines);

/// The directories of the modules that are used, absolute: the module itself, and what init wrote down of the others.
Result<std::vector<std::string>> module_directories(const std::string& source_dir, std::string_view manifest);

/// After init. Failed{Invalid} names file and block.
executors::Script refuse_programs(executors::Inputs in, Bench bench);

}  // namespace deployctl::terraform
