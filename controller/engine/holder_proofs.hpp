#pragma once

// Whether the holders of open operations are dead, asked of the cluster where this machine cannot tell. An answer is
// kept: "dead" for ever, anything else until the next look is due, so that a thousand objects of one holder cost one
// question. Each new answer about a holder is logged once. One per engine, on its thread; it outlives every look.
// Cancelling throws operation_aborted.

#include <map>
#include <string>

#include "engine/holder.hpp"
#include "engine/services.hpp"

namespace deployctl::engine {

/// How soon a holder that cannot be proven dead is looked at again.
inline constexpr Duration kHolderPoll = std::chrono::seconds(10);

class HolderProofs {
 public:
  /// `started`: when this process did.
  HolderProofs(const Services& services, WallTime started) : services_(services), started_(started) {}

  /// `holder` is not this process. Takes at most the time the ports take. A process of this machine or Pod is dead by
  /// our own start, for others may have begun something here since; one elsewhere by the first look that proved it.
  Task<HolderProof> proof_of(api::Holder holder);

 private:
  struct Kept {
    HolderProof proof;
    SteadyTime look_again{};
  };
  [[nodiscard]] bool is_dead_from_here(const api::Holder& holder) const;
  Task<HolderProof> ask(api::Holder holder);

  const Services& services_;
  WallTime started_;
  std::map<std::string, Kept> kept_;  ///< by identity
};

}  // namespace deployctl::engine
