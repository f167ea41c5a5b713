#pragma once

// How one attempt of a probe ended.

#include <string>

#include "base/error.hpp"

namespace deployctl::health {

struct Verdict {
  bool passed = false;
  std::string message;    ///< one line; never a body, a header or a command's output
  bool retryable = true;  ///< false: trying again cannot help (blocked address, unusable URL)
  bool operator==(const Verdict&) const = default;
};

/// The probe brought no answer. What is unusable or forbidden now is so at the next attempt.
Verdict failed_with(const Error& error);

}  // namespace deployctl::health
