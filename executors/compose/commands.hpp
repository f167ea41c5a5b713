#pragma once

// Inputs to command lines. Pure. The program is docker-compose 2, run by itself: installers have it as a CLI plug-in or
// beside docker, and the finder of tools knows both places. The project's name is always given; `.env` files are not
// read; variables travel in the environment of the command, the rendered project in a 0600 file, never in argv.

#include <string>
#include <vector>

#include "compose/model.hpp"
#include "docker/commands.hpp"

namespace deployctl::compose {

/// Ids of all containers of the project, whoever's they are; and of those that have one of these names.
executors::Step list_project(const executors::Inputs& in, docker::Purpose purpose);
executors::Step list_named(const executors::Inputs& in, const std::vector<std::string>& names);

/// The project, rendered from the source's files with the variables.
executors::Step render(const executors::Inputs& in, const std::vector<std::string>& files);
executors::Step build(const executors::Inputs& in, const std::string& file, const std::vector<std::string>& services);
/// What compose compares a container with: one hash for each service.
executors::Step hashes(const executors::Inputs& in, const std::string& file);

/// Keeps an image, and lists and lets go of what is kept.
executors::Step tag(const executors::Inputs& in, const std::string& image, const std::string& tag);
executors::Step list_kept(const executors::Inputs& in);
executors::Step untag(const executors::Inputs& in, const std::vector<std::string>& tags);

/// Detached, and waits until every service runs or is healthy.
executors::Step up(const executors::Inputs& in, const std::string& file);
/// Containers and networks of the project, found by its name alone; named volumes stay.
executors::Step down(const executors::Inputs& in);

}  // namespace deployctl::compose
