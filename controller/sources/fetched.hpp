#pragma once

// What Sources::fetch brings: the whole source in memory, bounded by SourceLimits, before `spec.path` is applied.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/source.hpp"
#include "ports/source_tree.hpp"

namespace deployctl::sources {

struct FetchedSource {
  ports::SourceTree files;
  std::string sha256;                      ///< ports::source_sha256(files); empty without source
  std::vector<std::string> secret_values;  ///< for redaction: what came from a Secret
  bool operator==(const FetchedSource&) const = default;
};

/// "inline", "configMap", "secret", "directory", "git", "archive", "none": the label of deployctl_source_fetch_total.
std::string_view kind_of(const std::optional<api::Source>& source);

}  // namespace deployctl::sources
