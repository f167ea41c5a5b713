#pragma once

// Runs checks at once, not in a row, each with its initial delay, deadline, retries and back-off, until enough of them
// have passed or all have ended. Used by the engine for pre-checks, for the gate and for the re-checks of what serves;
// `stableFor` is the engine's: it runs the checks again. Nothing is journalled. Cancelling cancels every check, waits
// for their process groups and throws operation_aborted.

#include <string>
#include <vector>

#include "api/health.hpp"
#include "async/clock.hpp"
#include "async/semaphore.hpp"
#include "health/check.hpp"
#include "ports/http_client.hpp"
#include "ports/tcp_probe.hpp"
#include "process/process_runner.hpp"

namespace deployctl::health {

/// Command checks do not share the operations' slots, and never starve them.
inline constexpr std::size_t kCommandSlots = 4;

/// Services that outlive every run.
struct Services {
  asio::any_io_executor executor;
  Clock& clock;
  ports::HttpClient& http;
  ports::TcpProbe& tcp;
  process::ProcessRunner& processes;
  Semaphore& command_slots;  ///< kCommandSlots places
};

/// On whose behalf.
struct RunScope {
  std::string seed;       ///< of the jitter: the object's uid
  std::string operation;  ///< DEPLOYCTL_OPERATION of command checks
  std::string directory;  ///< their 0700 directory; needed only with command checks
};

/// One outcome a check, in their order. Unfinished ones (`Any` or a number was reached) say so. What a probe throws is
/// the failure of its check.
Task<std::vector<CheckOutcome>> run_checks(const Services& services, std::vector<Check> checks, api::Require require,
                                           RunScope scope);

/// What aggregate() says of them.
bool all_in_all_passed(const std::vector<CheckOutcome>& outcomes, const api::Require& require);

/// For conditions and history: "check api: status 503, expected 200-399 (6 attempts); check db: connection refused".
/// With nothing failed: "3 of 3 checks passed".
std::string describe(const std::vector<CheckOutcome>& outcomes, const api::Require& require);

}  // namespace deployctl::health
