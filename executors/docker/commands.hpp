#pragma once

// Inputs to command lines. Pure. Options are written `--name=value`, so that no value can become an option; values of
// variables travel in the environment of the command or in a 0600 file, never in argv.

#include <string>
#include <vector>

#include "docker/command_line.hpp"
#include "docker/output.hpp"
#include "executors/executor.hpp"

namespace deployctl::docker {

/// Ids of all containers with our labels; and of those that have one of our names, whoever's they are.
executors::Step list_ours(const executors::Inputs& in, Purpose purpose);
executors::Step list_names(const executors::Inputs& in, Purpose purpose);
executors::Step inspect(const executors::Inputs& in, std::vector<std::string> ids, Purpose purpose);
/// Last lines of what a container printed.
executors::Step logs(const executors::Inputs& in, const std::string& id);

executors::Step inspect_image(const executors::Inputs& in, const std::string& reference);
/// `platform` as "linux/arm64"; empty: the daemon's own.
executors::Step pull(const executors::Inputs& in, const std::string& reference, const std::string& platform = {});
executors::Step build(const executors::Inputs& in, const api::DockerBuild& wanted);

/// NAME_next from an image id, with everything the spec says.
executors::Step create(const executors::Inputs& in, const Image& image);
executors::Step rename(const executors::Inputs& in, const std::string& id, const std::string& name, Purpose purpose);
executors::Step set_restart_policy(const executors::Inputs& in, const std::string& id, const std::string& policy,
                                   Purpose purpose);
executors::Step stop(const executors::Inputs& in, std::vector<std::string> ids, Purpose purpose);
executors::Step start(const executors::Inputs& in, const std::string& id, Purpose purpose);
/// What becomes of the volumes without a name that only the removed container used.
enum class AnonymousVolumes : std::uint8_t { Keep, Remove };
/// What runs is killed. Anonymous volumes of a container that ever served are somebody's data.
executors::Step remove(const executors::Inputs& in, std::vector<std::string> ids, AnonymousVolumes volumes,
                       Purpose purpose);

/// Ids of the images built for this Deployment, their tags (built_image of each digest), and their removal.
executors::Step list_built_images(const executors::Inputs& in);
executors::Step list_built_tags(const executors::Inputs& in);
executors::Step remove_images(const executors::Inputs& in, std::vector<std::string> ids_or_tags);

/// Docker's byte counts: "512m" is 536870912; 0 for none or what cannot be read.
std::int64_t memory_bytes(const std::string& text);
/// "1.5" is 1500000000.
std::int64_t nano_cpus(const std::string& text);

/// Variables the docker command itself would obey: they reach the container through a file.
bool is_read_by_docker(std::string_view name);

}  // namespace deployctl::docker
