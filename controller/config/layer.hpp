#pragma once

// What one place of the files says about a deployment, in the words of the API: a part of `spec` with the origin of
// every value. Layers are merged (built-in defaults < environment < deployment < its part for that environment <
// flags): maps by key, lists replace. Variables are a map here, by name, so that they merge too.

#include <map>
#include <string>

#include "base/strict_json.hpp"
#include "config/problems.hpp"

namespace deployctl::config {

/// JSON pointer into the spec to where it was written.
using Origins = std::map<std::string, Origin>;

struct Layer {
  Json spec = Json::object();
  Origins origins;
  /// Secrets whose values lie in files: "<secret>/<key>" to the path as written.
  std::map<std::string, std::string> secret_files;
};

/// `over` wins.
void merge(Layer& under, const Layer& over);

/// The origin of `pointer`, else of what it stands in.
Origin origin_of(const Origins& origins, std::string pointer);

}  // namespace deployctl::config
