#pragma once

// How a spec points at things beside it. Same namespace always; a missing target is a normal state
// (DependencyNotReady).

#include <optional>
#include <string>
#include <vector>

namespace deployctl::api {

struct NameRef {
  std::string name;
  bool operator==(const NameRef&) const = default;
};

struct KeyRef {
  std::string name;
  std::string key;
  bool optional = false;
  bool operator==(const KeyRef&) const = default;
};

struct OutputRef {
  std::string deployment;
  std::string output;
  bool operator==(const OutputRef&) const = default;
};

/// Whether a variable is part of the digest and of the revision (Pinned) or read anew whenever something runs (Live).
/// Unset: Pinned for values and ConfigMaps, Live for Secrets.
enum class Track { Pinned, Live };

struct ValueFrom {
  std::optional<KeyRef> secret_key_ref;
  std::optional<KeyRef> config_map_key_ref;
  std::optional<OutputRef> output_ref;
  bool operator==(const ValueFrom&) const = default;
};

/// `variables[]`, `env[]`: exactly one of value, value_from.
struct Variable {
  std::string name;
  std::optional<std::string> value;
  std::optional<ValueFrom> value_from;
  std::optional<Track> track;
  bool operator==(const Variable&) const = default;
};

/// `variablesFrom[]`, `envFrom[]`: exactly one of the two references.
struct VariablesFrom {
  struct Ref {
    std::string name;
    bool optional = false;
    bool operator==(const Ref&) const = default;
  };
  std::optional<Ref> config_map_ref;
  std::optional<Ref> secret_ref;
  std::string prefix;
  std::optional<Track> track;
  bool operator==(const VariablesFrom&) const = default;
};

}  // namespace deployctl::api
