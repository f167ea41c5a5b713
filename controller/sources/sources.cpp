#include "sources/sources.hpp"

#include <utility>

#include "api/constants.hpp"
#include "base/text.hpp"
#include "ports/source_digest.hpp"
#include "sources/directory.hpp"
#include "sources/relative_path.hpp"

namespace deployctl::sources {
namespace {

/// Files by name into a tree: names become plain paths, no file is also a directory, caps are kept.
Result<ports::SourceTree> tree_of(std::string_view field, const std::map<std::string, std::string>& files,
                                  std::size_t max_bytes, std::size_t max_files) {
  ports::SourceTree tree;
  std::size_t bytes = 0;
  for (const auto& [name, content] : files) {
    auto path = relative_path(field, name);
    if (!path) return path.error();
    if (path->empty()) return fail(ErrorKind::Invalid, std::string(field) + ": a file needs a name");
    bytes += content.size();
    if (bytes > max_bytes) {
      return fail(ErrorKind::Invalid, std::string(field) + ": larger than " + std::to_string(max_bytes) +
                                          " bytes in all; use a smaller source or another kind of source");
    }
    const bool is_new = tree.emplace(*path, ports::SourceFile{.bytes = content, .executable = false}).second;
    if (!is_new) return fail(ErrorKind::Invalid, std::string(field) + ": two names mean the file \"" + *path + "\"");
  }
  if (tree.size() > max_files) {
    return fail(ErrorKind::Invalid, std::string(field) + ": more than " + std::to_string(max_files) + " files");
  }
  for (const auto& [path, file] : tree) {
    const auto below = tree.lower_bound(path + "/");
    if (below != tree.end() && below->first.starts_with(path + "/")) {
      return fail(ErrorKind::Invalid, std::string(field) + ": \"" + path + "\" is a file and a directory at once");
    }
  }
  return tree;
}

Error missing(std::string_view field, std::string_view kind, const std::string& name, const ObjectKey& key) {
  return fail(ErrorKind::DependencyNotReady, std::string(field) + ": " + std::string(kind) + " \"" + name +
                                                 "\" does not exist in namespace \"" + key.ns + "\"; create it");
}

}  // namespace

std::string_view kind_of(const std::optional<api::Source>& source) {
  if (!source) return "none";
  if (source->inline_files) return "inline";
  if (source->config_map_ref) return "configMap";
  if (source->secret_ref) return "secret";
  if (source->git) return "git";
  if (source->archive) return "archive";
  if (source->directory) return "directory";
  return "none";
}

Sources::Sources(ports::References& references, BlockingPool& pool, SourceOptions options)
    : references_(references), pool_(pool), options_(std::move(options)) {}

Task<Result<FetchedSource>> Sources::fetch(ObjectKey key, api::DeploymentSpec spec) {
  FetchedSource fetched;
  if (!spec.source) co_return fetched;
  const bool secret = spec.source->secret_ref.has_value();
  auto files = co_await files_of(std::move(key), std::move(*spec.source));
  if (!files) co_return files.error();
  fetched.files = std::move(*files);
  fetched.sha256 = ports::source_sha256(fetched.files);
  if (secret) {
    for (const auto& [path, file] : fetched.files) fetched.secret_values.push_back(file.bytes);
  }
  co_return fetched;
}

Task<Result<ports::SourceTree>> Sources::files_of(ObjectKey key, api::Source source) {
  const SourceLimits& limits = options_.limits;
  if (source.inline_files) {
    co_return tree_of("spec.source.inline.files", source.inline_files->files, api::limits::kInlineBytes,
                      limits.max_files);
  }
  if (source.config_map_ref) {
    constexpr std::string_view kField = "spec.source.configMapRef";
    auto found = co_await references_.config_map(key, source.config_map_ref->name);
    if (!found) co_return found.error().with_context(kField);
    const std::optional<ports::KeyValues> files = std::move(*found);
    if (!files) co_return missing(kField, "ConfigMap", source.config_map_ref->name, key);
    co_return tree_of(kField, *files, limits.max_bytes, limits.max_files);
  }
  if (source.secret_ref) {
    constexpr std::string_view kField = "spec.source.secretRef";
    auto found = co_await references_.secret(key, source.secret_ref->name);
    if (!found) co_return found.error().with_context(kField);
    const std::optional<ports::KeyValues> files = std::move(*found);
    if (!files) co_return missing(kField, "Secret", source.secret_ref->name, key);
    co_return tree_of(kField, *files, limits.max_bytes, limits.max_files);
  }
  if (source.directory) {
    if (options_.source_root.empty()) {
      co_return fail(
          ErrorKind::Invalid,
          "spec.source.directory: directory sources are off; start the controller with --source-root, or use "
          "another kind of source");
    }
    const std::function<Result<ports::SourceTree>()> read = [root = options_.source_root.string(), ns = key.ns,
                                                             path = source.directory->path,
                                                             limits]() -> Result<ports::SourceTree> {
      auto directory = open_source_directory(root, ns, path);
      if (!directory) return directory.error();
      return read_tree(*directory, limits);
    };
    co_return co_await pool_.run(read);
  }
  co_return fail(ErrorKind::Invalid, "spec.source: this kind of source is not supported by this version");
}

}  // namespace deployctl::sources
