#pragma once

// What the local door knows of one app in one environment, in one file: the object as a cluster would keep it
// (identity, what was last asked, the status with its journal and history), and what the configuration files said of
// it. No secret value stands in it: values from elsewhere are references in the spec. Blocking.

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "files/state_directory.hpp"

namespace deployctl::files {

struct StoredObject {
  api::Deployment object;
  Json config = nullptr;  ///< as written in the files, ${…} unreplaced
  /// "<secret>/<key>" to the absolute path of the file with its value.
  std::map<std::string, std::string> secret_files;
};

/// Nothing when there is none. Error: Invalid, saying what to do, when it was not written by us.
Result<std::optional<StoredObject>> load_object(const StateDirectory& state, const ObjectKey& key);
Result<void> save_object(const StateDirectory& state, const StoredObject& stored);

struct StoredObjects {
  std::vector<StoredObject> objects;  ///< by environment, then app
  std::vector<std::string> warnings;  ///< a sentence for each file that was left out
};
/// Without a lock: each as it was last written. Error: the directory cannot be read.
Result<StoredObjects> load_objects(const StateDirectory& state);

}  // namespace deployctl::files
