#pragma once

// What is kept in a Secret of its own beside an object, and what that Secret is called: the repository writes it, and
// other objects refer to it by this name.

#include <cstddef>
#include <cstdint>
#include <string>

#include "base/text.hpp"

namespace deployctl::ports {

enum class Attachment : std::uint8_t {
  Plan,     ///< NAME-plan: the saved plan that waits for approval
  Outputs,  ///< NAME-outputs: what the deployment tells others
};

/// "NAME-plan", "NAME-outputs"; a name that gets too long is cut and ends with a hash (fault I16).
inline std::string attachment_name(const std::string& name, Attachment what) {
  constexpr std::size_t kSecretName = 253;
  constexpr std::size_t kLongestSuffix = 8;  // "-outputs"
  constexpr std::size_t kStem = kSecretName - kLongestSuffix;
  return (name.size() <= kStem ? name : bounded_name(name, kStem)) + (what == Attachment::Plan ? "-plan" : "-outputs");
}

}  // namespace deployctl::ports
