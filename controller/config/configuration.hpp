#pragma once

// deployments.yaml and environments.yaml: found, read, checked, and merged into what one app is in one environment. The
// configuration manager of the local door; the one place that knows the files' short forms. Blocking; read once per
// command. What is wrong goes into Problems with its place, and reading goes on, so that one run tells everything.

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "api/deployment.hpp"
#include "config/layer.hpp"
#include "config/problems.hpp"

namespace deployctl::config {

/// Where files are looked for, in this order: `config_dir`, `current`, `current`/.deployctl, `home`/.deployctl.
struct Places {
  std::optional<std::filesystem::path> config_dir;
  std::filesystem::path current;
  std::optional<std::filesystem::path> home;
  /// A variable of the caller's environment, for ${ENV:NAME}.
  std::function<std::optional<std::string>(const std::string&)> variable;
};

struct Cluster {
  std::string context, ns;
};

struct Environment {
  bool is_protected = false;
  std::optional<Cluster> cluster;  ///< deployed by the controller there
};

/// What one app is in one environment.
struct Merged {
  std::string app, environment;
  Environment door;
  Json written = Json::object();  ///< the merged spec as it stands in the files: ${ENV:…} and ${FILE:…} unreplaced
  Origins origins;                ///< of `written`
  api::DeploymentSpec spec;       ///< to be deployed; values of ${…} variables are references to `values`
  /// "<secret>/<key>" to the absolute path of a file with its value, read whenever something runs.
  std::map<std::string, std::filesystem::path> secret_files;
  /// "<secret>/<key>" to the value ${ENV:…} or ${FILE:…} gave now.
  std::map<std::string, std::string> values;
  std::vector<std::string> secrets;  ///< those values and the ones put elsewhere: to be hidden
};

class Configuration {
 public:
  /// Finds and reads the files. A missing deployments.yaml is a problem; a missing environments.yaml is none: then any
  /// environment may be named.
  Configuration(Places places, Problems& problems);

  [[nodiscard]] std::vector<std::string> apps() const;
  /// Those of environments.yaml, and those an app has a section for.
  [[nodiscard]] std::vector<std::string> environments() const;
  [[nodiscard]] bool names_environments() const { return environments_.has_value(); }
  [[nodiscard]] const std::string& file() const { return deployments_->name; }

  /// `version`: --version, over everything. Problems when it cannot be deployed like this; then nothing.
  std::optional<Merged> merged(const std::string& app, const std::string& environment,
                               const std::optional<std::string>& version, Problems& problems) const;

 private:
  struct File {
    std::string name;  ///< as it is shown
    std::filesystem::path directory;
    MarkedYaml yaml;
    [[nodiscard]] Origin at(std::string pointer) const;
  };
  std::optional<File> read(const std::string& name, Problems& problems) const;
  void check_top(const File& file, const std::string& key, Problems& problems) const;
  Layer environment_layer(const std::string& environment, api::Type type, Environment& door, Problems& problems) const;
  void put_source(Merged& merged) const;
  bool decode(Merged& merged, Problems& problems) const;

  Places places_;
  std::optional<File> deployments_, environments_;
};

}  // namespace deployctl::config
