#include "kubectl/kustomization.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "base/strict_yaml.hpp"
#include "base/text.hpp"

namespace deployctl::kubectl {
namespace {

/// Fields whose texts are paths, at any depth; what else there is holds values and inline patches.
constexpr std::array<std::string_view, 14> kPathFields = {"resources",
                                                          "bases",
                                                          "components",
                                                          "crds",
                                                          "configurations",
                                                          "generators",
                                                          "transformers",
                                                          "validators",
                                                          "patchesStrategicMerge",
                                                          "path",
                                                          "files",
                                                          "envs",
                                                          "env",
                                                          "repo"};

bool is_kustomization(std::string_view file) {
  const std::string_view name = file.substr(file.rfind('/') + 1);
  return name == "kustomization.yaml" || name == "kustomization.yml" || name == "Kustomization";
}

/// As kustomize tells repositories and URLs from paths: by scheme, by user, by the hosts it knows, in any case.
bool is_remote(std::string entry) {
  if (entry.find('\n') != std::string::npos) return false;  // an inline document
  std::ranges::transform(entry, entry.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  const std::size_t user = entry.find('@');
  const bool has_user = user != std::string::npos && entry.find(':', user) != std::string::npos;
  return has_user || entry.find("://") != std::string::npos || entry.find("::") != std::string::npos ||
         entry.starts_with("gh:") || entry.starts_with("github.com/") || entry.starts_with("github.com:");
}

/// The first remote text in a path field below `node`; null when there is none.
const std::string* remote_entry(const Json& node, bool is_path) {
  if (node.is_string()) {
    const std::string& text = node.get_ref<const std::string&>();
    return is_path && is_remote(text) ? &text : nullptr;
  }
  if (!node.is_structured()) return nullptr;
  for (const auto& [key, child] : node.items()) {
    const bool names_paths = node.is_array() ? is_path : std::ranges::find(kPathFields, key) != kPathFields.end();
    if (const std::string* found = remote_entry(child, names_paths)) return found;
  }
  return nullptr;
}

}  // namespace

Result<void> check_kustomizations(const ports::SourceTree& files) {
  for (const auto& [name, file] : files) {
    if (!is_kustomization(name)) continue;
    const auto documents = parse_yaml(file.bytes);
    if (!documents) return documents.error().with_context(name);
    for (const Json& document : *documents)
      if (const std::string* entry = remote_entry(document, false))
        return fail(ErrorKind::Invalid, name + ": \"" + cut(one_line(*entry), 128) +
                                            "\" is fetched from elsewhere: put a copy into the source");
  }
  return {};
}

}  // namespace deployctl::kubectl
