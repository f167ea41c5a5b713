#pragma once

// What a list or a watch keeps of an object: the few fields the machinery reads, and the bytes of spec and status as
// the server sent them. managedFields, last-applied-configuration and foreign annotations are dropped, so an object
// costs about its spec. The bytes are NOT validated: who uses them decodes them through strict_json.

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/object_key.hpp"
#include "base/result.hpp"

namespace deployctl::kube {

struct ObjectEnvelope {
  ObjectKey key;
  std::string uid;
  std::string resource_version;
  std::int64_t generation = 0;
  std::string deletion_timestamp;  ///< empty: not being deleted
  std::vector<std::string> finalizers;
  std::map<std::string, std::string> annotations;  ///< only those under the decoder's prefix
  std::string spec;                                ///< raw JSON; empty when absent
  std::string status;                              ///< raw JSON; empty when absent

  [[nodiscard]] bool deleting() const { return !deletion_timestamp.empty(); }
  bool operator==(const ObjectEnvelope&) const = default;
};

/// An object that is there but cannot be read; it is left out alone.
struct Undecodable {
  ObjectKey key;  ///< as far as it could be read
  std::string uid;
  std::string resource_version;
  Error error;
  bool operator==(const Undecodable&) const = default;
};

/// Which annotations are kept, and what an object has to say it is.
struct DecodeOptions {
  std::string annotation_prefix = "deployctl.io/";
  std::string kind;  ///< empty: any; items of built-in lists carry none and are taken
};

/// One object (the answer to a GET, PATCH or POST). Error: Invalid.
Result<ObjectEnvelope> decode_object(std::string_view json, const DecodeOptions& options = {});

}  // namespace deployctl::kube
