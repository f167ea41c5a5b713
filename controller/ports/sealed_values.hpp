#pragma once

// Copies of the Secrets and ConfigMaps a revision reads anew each time (Live variables, credentials), as they were when
// it was made: kept in its revision Secret and nowhere else, used by Destroy alone, for what is gone by then. In no
// digest. sources/ seals and opens them, history/ keeps them.

#include <cstddef>
#include <map>
#include <string>

#include "ports/references.hpp"

namespace deployctl::ports {

/// A revision may have one Secret more than its inputs have room in: the copy takes none of that room.
inline constexpr std::size_t kSealedSecrets = 1;

struct SealedObject {
  KeyValues values;
  /// It is referred to as a whole: while it is there, what it does not hold any more is not wanted either.
  bool whole = false;
  bool operator==(const SealedObject&) const = default;
};

struct SealedValues {
  std::map<std::string, SealedObject> secrets;
  std::map<std::string, SealedObject> config_maps;
  [[nodiscard]] bool empty() const { return secrets.empty() && config_maps.empty(); }
  bool operator==(const SealedValues&) const = default;
};

}  // namespace deployctl::ports
