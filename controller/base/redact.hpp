#pragma once

// Redaction has one owner. Resolve registers every secret value it read under the object's key; logger, status, events
// and terminal pass their text through the Redactor. Values stay known until the revision after the next, so that a
// rotated secret is still hidden in the output of a tool that was started before.
//
// Hidden forms of a value: as it is, base64 (and its URL-safe form; unpadded parts too), URL-encoded, JSON-escaped, and
// each of its lines. Values (and lines) shorter than kShortestSecret are not hidden: they would blank ordinary words;
// this limit is documented for users.

#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/object_key.hpp"

namespace deployctl {

inline constexpr std::size_t kShortestSecret = 4;
inline constexpr std::string_view kRedacted = "[redacted]";

/// The secret values in force, by object. One per process; lives as long as it.
class SecretSet {
 public:
  SecretSet();
  ~SecretSet();
  SecretSet(const SecretSet&) = delete;
  SecretSet& operator=(const SecretSet&) = delete;

  /// The values read by the newest Resolve of `key`. The two generations before stay hidden as well.
  void replace(const ObjectKey& key, std::vector<std::string> values);
  /// The object is gone: forget its values.
  void forget(const ObjectKey& key);
  /// `text` with every known form of every known value replaced by kRedacted. Longest match first; linear in the text
  /// for a fixed set. Never fails; invalid UTF-8 passes through untouched.
  [[nodiscard]] std::string redact(std::string_view text) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace deployctl
