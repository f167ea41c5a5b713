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

  ReferenceReader(ports::References& references, ObjectKey key) : references_(references), key_(std::move(key)) {}

  /// All keys; nothing when it is missing and `optional`. Errors: DependencyNotReady naming kind and name; `field`
  /// first.
  Task<Result<std::optional<ports::KeyValues>>> all(std::string field, Kind kind, std::string name, bool optional);
  /// One key; nothing when it or its object is missing and the reference is optional.
  Task<Result<std::optional<std::string>>> one(std::string field, Kind kind, api::KeyRef ref);

 private:
  ports::References& references_;
  ObjectKey key_;
  std::map<std::pair<Kind, std::string>, std::optional<ports::KeyValues>> read_;
};

}  // namespace deployctl::sources
