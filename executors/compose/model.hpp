#pragma once

// The project as `docker-compose config --format=json` renders it: read, and made into the files that are built and run
// from. Pure.

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/strict_json.hpp"
#include "executors/executor.hpp"

namespace deployctl::compose {

struct Service {
  std::string name;
  std::string image;           ///< as the file names it; of a built one without a name the tool's default
  std::string platform;        ///< empty: the daemon's own
  std::string pull_policy;     ///< the file's own
  std::string container_name;  ///< fixed by the file; empty: the tool's choice
  bool builds = false;         ///< has a build section
  bool ends = false;           ///< another service waits until it has ended well
  bool runs = true;            ///< false: scaled to nothing
};

struct Model {
  Json json;
  std::vector<Service> services;  ///< those to deploy: spec's `services` and what they depend on, else all; by name
};

/// Error: Invalid (no service, one that `services` names is not there), StepFailed (cannot be read).
Result<Model> read_model(const executors::Inputs& in, std::string_view out);

/// The file images are built from: the same, with our labels on what is built.
std::string build_file(const executors::Inputs& in, const Model& model);
/// The file that is run: our labels on every service, and for each service that is deployed exactly the image of
/// `images` (ids by service), never built or pulled again.
std::string run_file(const executors::Inputs& in, const Model& model, const std::map<std::string, std::string>& images);

}  // namespace deployctl::compose
