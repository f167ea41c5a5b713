#pragma once

// Which images a release runs. The id of each service's image and, where a registry knows it, its digest are pins of
// the revision; what no registry knows is kept by a tag of ours, so that a rollback finds exactly it.

#include <map>
#include <string>

#include "compose/model.hpp"
#include "docker/output.hpp"
#include "executors/script.hpp"

namespace deployctl::compose {

using Images = std::map<std::string, docker::Image>;  ///< by service

/// Ids by service, for run_file.
std::map<std::string, std::string> ids_of(const Images& images);
/// {"images": {service: id}, "digests": {service: "repository@sha256:…"}, "names": {service: name in the file},
///  "hashes": {service: …}}; digests only of those that have one, hashes only of services that run.
Json pins_of(const Model& model, const Images& images, const std::map<std::string, std::string>& hashes);

/// Fills `images` for every service of the model: the pinned ones, else built or pulled as the spec says. Nothing that
/// runs is touched.
executors::Script obtain_images(executors::Inputs in, Model model, Images* images);

/// Tags what no registry knows, for this revision.
executors::Script keep_images(executors::Inputs in, Model model, Images images);
/// Lets go of tags whose revision is not kept any more; `all`: of every one.
executors::Script release_images(executors::Inputs in, bool all);

/// Services whose image the file's name means something else by now; empty: none.
executors::Script moved_images(executors::Inputs in, std::string* words);

}  // namespace deployctl::compose
