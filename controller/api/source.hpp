#pragma once

// `spec.source`: where the files of a deployment come from. Exactly one member is set.

#include <map>
#include <optional>
#include <string>

#include "api/references.hpp"

namespace deployctl::api {

struct InlineSource {
  std::map<std::string, std::string> files;  ///< name (a relative path) to content; <= 512 KiB in all
  bool operator==(const InlineSource&) const = default;
};

struct GitRef {
  std::optional<std::string> branch, tag, commit;
  bool operator==(const GitRef&) const = default;
};
struct GitSource {
  std::string url;
  GitRef ref;
  std::optional<NameRef> secret_ref;
  bool operator==(const GitSource&) const = default;
};
struct ArchiveSource {
  std::optional<std::string> url;
  std::optional<KeyRef> secret_ref;
  std::optional<std::string> sha256;
  std::optional<NameRef> credentials_secret_ref;
  bool operator==(const ArchiveSource&) const = default;
};
struct DirectorySource {
  std::string path;  ///< under --source-root/<namespace>/
  bool operator==(const DirectorySource&) const = default;
};

struct Source {
  std::optional<InlineSource> inline_files;  ///< `inline`
  std::optional<NameRef> config_map_ref;
  std::optional<NameRef> secret_ref;
  std::optional<GitSource> git;
  std::optional<ArchiveSource> archive;
  std::optional<DirectorySource> directory;
  bool operator==(const Source&) const = default;
};

}  // namespace deployctl::api
