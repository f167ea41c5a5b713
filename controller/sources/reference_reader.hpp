#pragma once

// Reads Secrets and ConfigMaps for one resolve: each at most once, so that two keys of one Secret are of one version.
// Lives in the frame of the coroutine that uses it.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "api/references.hpp"
#include "ports/references.hpp"

namespace deployctl::sources {

class ReferenceReader {
 public:
  enum class Kind : bool { ConfigMap, Secret };

  /// `needed`: none of what is read can be optional, and no message says so.
  ReferenceReader(ports::References& references, ObjectKey key, bool needed = false)
      : references_(references), key_(std::move(key)), needed_(needed) {}

  /// All keys; nothing when it is missing and `optional`. Errors: DependencyNotReady naming kind and name; `field`
  /// first.
  Task<Result<std::optional<ports::KeyValues>>> all(std::string field, Kind kind, std::string name, bool optional);
  /// One key; nothing when it or its object is missing and the reference is optional.
  Task<Result<std::optional<std::string>>> one(std::string field, Kind kind, api::KeyRef ref);

 private:
  [[nodiscard]] Error missing(const std::string& what, const std::string& remedy) const;

  ports::References& references_;
  ObjectKey key_;
  bool needed_;
  std::map<std::pair<Kind, std::string>, std::optional<ports::KeyValues>> read_;
};

/// Of a DependencyNotReady of a reader: what is missing and where, without the remedy.
std::string what_is_missing(const Error& error);

}  // namespace deployctl::sources
