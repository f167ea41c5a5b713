#pragma once

// Which files docker-compose reads by itself while it renders a project: env_file, label_file, extends.file, include.
// They are read before there is a rendered project to judge, by a process with the controller's rights, so the text of
// the source's own files is judged first. Pure.

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "executors/executor.hpp"

namespace deployctl::compose {

/// The first file that rendering `files` would read and that is no file of the source: an absolute path, one that leads
/// out, one that is fetched from elsewhere. What is included or extended is followed. `environment` is what rendering
/// interpolates with. Invalid; the message names file, field and path.
///
/// No value is left out: also what another one replaces, a profile disables or `!reset` takes away is judged, wherever
/// in a file it stands, because an anchor carries it to any other place.
std::optional<Error> outside_read(const executors::Inputs& in, const std::vector<std::string>& files,
                                  const std::map<std::string, std::string>& environment);

}  // namespace deployctl::compose
