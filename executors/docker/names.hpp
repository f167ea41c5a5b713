#pragma once

// What our containers and images are called, and the labels by which they are ours. NAME is `<namespace>_<name>`; while
// a release is on trial the new container is NAME_next and the old one, stopped, NAME-rN.

#include <cstdint>
#include <map>
#include <string>

#include "executors/executor.hpp"

namespace deployctl::docker {

/// The policy a container was made with: ours is `no` while it is kept, and a rollback gives the old one back.
inline constexpr std::string_view kRestartPolicyLabel = "deployctl.io/restart-policy";

/// The spec's block. The engine asks a docker executor for docker deployments only; anything else is a broken
/// invariant.
const api::Docker& docker_block(const executors::Inputs& in);

/// NAME. Docker takes [a-zA-Z0-9][a-zA-Z0-9_.-]*; what is longer than 120 is cut and ended by a hash.
std::string container_name(const ObjectKey& key);
std::string next_name(const ObjectKey& key);
std::string kept_name(const ObjectKey& key, std::int64_t revision);
/// The tag of an image we build: one per digest, so that building twice ends in the same place.
/// What the name of every image we build begins with.
inline constexpr std::string_view kBuiltTags = "deployctl/built:";
std::string built_image(const executors::Inputs& in);
std::string built_image(const executors::Inputs& in, const std::string& digest);

/// The labels that say whose a container is: installation, namespace, name.
std::map<std::string, std::string> owner_labels(const executors::Inputs& in);
/// All labels of a new container.
std::map<std::string, std::string> container_labels(const executors::Inputs& in);

}  // namespace deployctl::docker
