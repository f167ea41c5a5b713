#pragma once

// How one attempt of a probe ended.

#include <string>

namespace deployctl::health {

struct Verdict {
  bool passed = false;
  std::string message;    ///< one line; never a body, a header or a command's output
  bool retryable = true;  ///< false: trying again cannot help (blocked address, unusable URL)
  bool operator==(const Verdict&) const = default;
};

}  // namespace deployctl::health
