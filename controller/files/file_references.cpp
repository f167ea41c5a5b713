#include "files/file_references.hpp"

#include <optional>
#include <utility>

#include "base/text.hpp"
#include "files/durable_file.hpp"
#include "files/kept_files.hpp"
#include "ports/attachment.hpp"

namespace deployctl::files {
namespace {

constexpr std::size_t kMostBytes = 64U * 1024;

/// Without its last line break, as an editor leaves one.
Result<std::string> value_in(const std::string& path) {
  auto read = read_whole(path, kMostBytes);
  if (!read && read.error().kind != ErrorKind::WorkspaceFailed) return read.error();
  const bool can_be_read = read.has_value();
  std::optional<std::string> bytes = can_be_read ? std::move(*read) : std::nullopt;
  if (!bytes)
    return fail(ErrorKind::DependencyNotReady, "the file " + cut(one_line(path), 300) + " with a secret value " +
                                                   (can_be_read ? "does not exist" : "cannot be read"));
  std::string value = std::move(*bytes);
  if (value.ends_with('\n')) value.pop_back();
  return value;
}

}  // namespace

Task<Result<std::optional<ports::KeyValues>>> FileReferences::secret(ObjectKey dependent, std::string name) {
  ports::KeyValues found;
  const std::string begin = name + "/";
  const auto belongs = [&](const std::string& each) { return each.starts_with(begin); };
  for (auto at = values_.lower_bound(begin); at != values_.end() && belongs(at->first); ++at)
    found[at->first.substr(begin.size())] = at->second;
  for (auto at = paths_.lower_bound(begin); at != paths_.end() && belongs(at->first); ++at) {
    auto value = value_in(at->second);
    if (!value) co_return value.error();
    found[at->first.substr(begin.size())] = std::move(*value);
  }
  if (!found.empty()) co_return std::optional(std::move(found));
  co_return outputs_of(dependent.ns, name);
}

Result<std::optional<ports::KeyValues>> FileReferences::outputs_of(const std::string& ns,
                                                                   const std::string& name) const {
  constexpr std::string_view kEnding = "-outputs";
  if (!name.ends_with(kEnding)) return std::optional<ports::KeyValues>{};
  const ObjectKey other{ns, name.substr(0, name.size() - kEnding.size())};
  auto kept = attached(state_, other, ports::Attachment::Outputs);
  if (!kept) return kept.error();
  std::optional<ports::AttachedValues> outputs = std::move(*kept);
  if (!outputs) return std::optional<ports::KeyValues>{};
  return std::optional<ports::KeyValues>(std::move(outputs->values));
}

Task<Result<std::optional<ports::KeyValues>>> FileReferences::config_map(ObjectKey /*dependent*/,
                                                                         std::string /*name*/) {
  co_return std::optional<ports::KeyValues>{};
}

}  // namespace deployctl::files
