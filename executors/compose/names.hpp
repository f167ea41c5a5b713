#pragma once

// What a project and the tags that keep its images are called, and the labels by which compose and we know a container.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "executors/executor.hpp"

namespace deployctl::compose {

/// Compose's own.
inline constexpr std::string_view kProjectLabel = "com.docker.compose.project";
inline constexpr std::string_view kServiceLabel = "com.docker.compose.service";
inline constexpr std::string_view kOneOffLabel = "com.docker.compose.oneoff";
inline constexpr std::string_view kHashLabel = "com.docker.compose.config-hash";
/// Of a service that another one waits for to end well: its containers may have ended.
inline constexpr std::string_view kEndsLabel = "deployctl.io/ends";

/// The spec's block. The engine asks a compose executor for compose deployments only; anything else is a broken
/// invariant.
const api::DockerCompose& compose_block(const executors::Inputs& in);

/// `dockerCompose.project`, else `<namespace>_<name>`. Compose takes [a-z0-9][a-z0-9_-]*; what else there is, or is
/// longer than 63, is left out and replaced by a hash.
std::string project_name(const ObjectKey& key, const api::DeploymentSpec& spec);
inline std::string project_of(const executors::Inputs& in) { return project_name(in.key, in.spec); }

/// Labels of every service: whose it is. Nothing in them changes from revision to revision or with the object's uid,
/// because each change makes compose create all containers anew.
std::map<std::string, std::string> service_labels(const executors::Inputs& in);

/// `deployctl/<installation>/<namespace>_<name>/<service>`: the repository of the tags that keep the images of a
/// service. The installation as 12 characters of its hash: clusters that share a daemon may have objects of one name.
std::string kept_repository(const executors::Inputs& in, const std::string& service);
/// Matches the kept tags of all services, for `docker image ls --filter=reference=`.
std::string kept_pattern(const executors::Inputs& in);
/// Tag `rN` in that repository; N is the revision of the inputs.
std::string kept_tag(const executors::Inputs& in, const std::string& service);
/// N of a tag `…:rN`; nothing for another tag.
std::optional<std::int64_t> revision_of_tag(std::string_view tag);

}  // namespace deployctl::compose
