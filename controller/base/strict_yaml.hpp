#pragma once

// YAML that came from outside, as JSON values: documents, nodes, depth and aliases are capped, duplicate keys refused
// (yaml-cpp returns the first of two equal keys and expands a 350-byte alias bomb to 30 million nodes: measured).
// Scalars follow the YAML 1.2 core schema as kubectl reads it (quoted is a string; true/false, null, integers and
// floats are typed).

#include <expected>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/strict_json.hpp"

namespace deployctl {

struct YamlLimits {
  std::size_t max_bytes = 10U * 1024 * 1024;
  std::size_t max_depth = 100;
  std::size_t max_nodes = 500'000;  ///< counted after aliases are expanded
  std::size_t max_documents = 1'000;
};

/// What the language of a file adds to YAML, or takes from it.
struct YamlDialect {
  bool merges = true;                             ///< "<<" merges; else it is a member as any other
  std::vector<std::string_view> local_tags = {};  ///< e.g. "!override": a value is read as if they were not there
};

/// All documents of the text; an empty document is left out. Error: Invalid, naming line and rule.
Result<std::vector<Json>> parse_yaml(std::string_view text, const YamlLimits& limits = {},
                                     const YamlDialect& dialect = {});

/// Where something stands in the text, counted from 1.
struct YamlMark {
  int line = 1;
  int column = 1;
  bool operator==(const YamlMark&) const = default;
};
/// The one value of a file with the place of everything in it: JSON pointer to where its key, or the item, begins.
struct MarkedYaml {
  Json value;
  std::map<std::string, YamlMark> marks;
};
struct YamlProblem {
  YamlMark mark;
  std::string rule;
};
/// For files people write, so that every message can say where. A text without a value is null; two documents are a
/// problem.
std::expected<MarkedYaml, YamlProblem> parse_marked_yaml(std::string_view text, const YamlLimits& limits = {});

/// YAML text of one value; every string double-quoted (yaml-cpp 0.7 emits `true`, `012`, `1e3` as bare words).
std::string dump_yaml(const Json& value);

}  // namespace deployctl
