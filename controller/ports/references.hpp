#pragma once

// What a spec refers to: Secrets and ConfigMaps of its namespace (controller: GET at Resolve; local door: files).
// Values are bytes. Fake: support/fake_references.

#include <map>
#include <optional>
#include <string>

#include "async/asio.hpp"
#include "base/object_key.hpp"
#include "base/result.hpp"

namespace deployctl::ports {

using KeyValues = std::map<std::string, std::string>;

class References {
 public:
  virtual ~References() = default;
  /// Nothing when it does not exist. `dependent` is remembered, so that its key is queued when the Secret changes.
  /// Errors: as the API server's (Transient, Forbidden…).
  virtual Task<Result<std::optional<KeyValues>>> secret(ObjectKey dependent, std::string name) = 0;
  /// `data` and `binaryData` united.
  virtual Task<Result<std::optional<KeyValues>>> config_map(ObjectKey dependent, std::string name) = 0;
};

}  // namespace deployctl::ports
