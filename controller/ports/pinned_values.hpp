#pragma once

// The Pinned variables and environment of one revision: what sources/ resolves, the digest covers, and history/ keeps.

#include <map>
#include <string>
#include <string_view>

#include "base/sha256.hpp"

namespace deployctl::ports {

struct PinnedValues {
  /// As the digest sees them: name to value; a value from a Secret stands as "hmac:<hex>".
  std::map<std::string, std::string> variables;
  std::map<std::string, std::string> env;
  /// The clear text of those that stand as "hmac:"; kept in the revision Secret and nowhere else.
  std::map<std::string, std::string> secret_variables;
  std::map<std::string, std::string> secret_env;
  bool operator==(const PinnedValues&) const = default;
};

/// How a Pinned Secret value stands in the digest: it can be compared, and not read or guessed without the key.
inline std::string hmac_form(std::string_view hmac_key, std::string_view value) {
  return "hmac:" + hmac_sha256_hex(hmac_key, value);
}

}  // namespace deployctl::ports
