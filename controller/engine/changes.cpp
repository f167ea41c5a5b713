#include "engine/changes.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "base/text.hpp"

namespace deployctl::engine {

namespace {

constexpr std::size_t kNamesShown = 10;
constexpr std::size_t kNameBytes = 64;

using Names = std::set<std::string>;

template <class Value>
Names differing(const std::map<std::string, Value>& before, const std::map<std::string, Value>& after) {
  Names names;
  for (const auto& [name, value] : after)
    if (const auto found = before.find(name); found == before.end() || found->second != value) names.insert(name);
  for (const auto& [name, value] : before)
    if (!after.contains(name)) names.insert(name);
  return names;
}

std::string listed(const Names& names) {
  std::string text;
  std::size_t shown = 0;
  for (const std::string& name : names) {
    if (shown++ == kNamesShown) return text + " and " + std::to_string(names.size() - kNamesShown) + " more";
    text += (text.empty() ? "" : ", ") + cut(one_line(name), kNameBytes);
  }
  return text;
}

std::string files(std::size_t count) { return std::to_string(count) + (count == 1 ? " file" : " files"); }

std::map<std::string, Json> members_of(const Json& object) {
  std::map<std::string, Json> members;
  if (object.is_object())
    for (const auto& [name, value] : object.items()) members.emplace(name, value);
  return members;
}

/// What stands in the digest beside source, version and values: the tool's block, `path`; and the gate.
void add_fields(const history::Snapshot& before, const history::Snapshot& after, std::vector<std::string>& parts) {
  const auto old = members_of(api::encode_spec(before.spec));
  const auto now = members_of(api::encode_spec(after.spec));
  static const Names kBlocks{"docker", "dockerCompose", "kubernetes", "terraform", "ansible"};
  static const Names kWhole{"path", "health", "hooks", "timeout"};
  for (const std::string& name : differing(old, now)) {
    if (kWhole.contains(name)) parts.push_back(name);
    if (!kBlocks.contains(name)) continue;
    const auto inside = [&](const auto& of) { return of.contains(name) ? members_of(of.at(name)) : members_of({}); };
    parts.push_back(name + ": " + listed(differing(inside(old), inside(now))));
  }
}

void add_source(const history::Snapshot& before, const history::Snapshot& after, std::vector<std::string>& parts) {
  if (before.source_sha256 == after.source_sha256) return;
  const bool both_here = history::restorable_of(before) == api::Restorable::Exact &&
                         history::restorable_of(after) == api::Restorable::Exact;
  parts.push_back(both_here ? "source: " + files(differing(before.source, after.source).size()) + " changed"
                            : "source: changed");
}

void add_names(const char* what, const Names& names, std::vector<std::string>& parts) {
  if (!names.empty()) parts.push_back(std::string(what) + ": " + listed(names));
}

std::string version_words(const std::string& version) { return version.empty() ? "(none)" : version; }

}  // namespace

std::string changed_inputs(const history::Snapshot* serving, const history::Snapshot& wanted) {
  const history::Snapshot nothing;
  const history::Snapshot& before = serving == nullptr ? nothing : *serving;
  std::vector<std::string> parts;
  if (serving == nullptr) {
    parts.push_back("first deployment, version " + version_words(wanted.spec.version));
    if (!wanted.source.empty()) parts.push_back("source: " + files(wanted.source.size()));
  } else {
    if (before.spec.version != wanted.spec.version)
      parts.push_back("version " + version_words(before.spec.version) + " -> " + version_words(wanted.spec.version));
    add_fields(before, wanted, parts);
    add_source(before, wanted, parts);
    if (before.target != wanted.target) parts.emplace_back("target: moves");
  }
  add_names("variables", differing(before.pinned.variables, wanted.pinned.variables), parts);
  add_names("env", differing(before.pinned.env, wanted.pinned.env), parts);
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : "; ") + part;
  return text.empty() ? "nothing changed: everything is deployed again" : text;
}

}  // namespace deployctl::engine
