#include "sources/subtree.hpp"

#include <string>

#include "sources/relative_path.hpp"

namespace deployctl::sources {

Result<ports::SourceTree> subtree(const ports::SourceTree& source, std::string_view path) {
  auto plain = relative_path("spec.path", path);
  if (!plain) return plain.error();
  if (plain->empty()) return source;
  const std::string prefix = *plain + "/";
  ports::SourceTree below;
  for (auto it = source.lower_bound(prefix); it != source.end() && it->first.starts_with(prefix); ++it) {
    below.emplace(it->first.substr(prefix.size()), it->second);
  }
  if (below.empty()) {
    return fail(ErrorKind::Invalid, "spec.path: \"" + *plain + "\" is not a directory of the source");
  }
  return below;
}

}  // namespace deployctl::sources
