#pragma once

// What people ask for by annotation (api.md section 6), read from the object and from `status.lastHandled`. Pure; the
// engine decides what comes of it. A request is *new* when its token is not the one echoed last, and *pending* when it
// is echoed as Pending; a pending one stays in force when its annotation is removed. Junk is ignored: it can never stop
// an object (CVE-2026-40886); `ignored` says why, for one log line.

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/status.hpp"

namespace deployctl::api {

/// The longest annotation value that is read, in bytes; longer is junk.
inline constexpr std::size_t kRequestBytes = 256;

struct Asked {
  std::string token;  ///< the whole annotation value: what `lastHandled.*.token` echoes
  bool is_new = false;
  bool operator==(const Asked&) const = default;
};

struct AskedRollback {
  Asked asked;
  /// Nothing: `previous`.
  std::optional<std::int64_t> revision;
  bool operator==(const AskedRollback&) const = default;
};

/// The requests that are new or pending; one already Done or Refused is not here.
struct Requests {
  std::optional<Asked> reconcile;         ///< requested-at
  std::optional<Asked> force;             ///< force-at
  std::optional<AskedRollback> rollback;  ///< rollback-to
  std::optional<Asked> approve;           ///< token is a plan id
  std::optional<Asked> cancel;            ///< token is an operation id
  std::string by;                         ///< requested-by, one line, cut
  std::string why;                        ///< request-reason, one line, cut
  /// "deployctl.io/rollback-to: …": one sentence per annotation that could not be read.
  std::vector<std::string> ignored;
  bool operator==(const Requests&) const = default;
};

Requests read_requests(const std::map<std::string, std::string>& annotations, const LastHandled& handled);

/// "<revision|previous>/TOKEN". Nothing when it is junk.
std::optional<AskedRollback> parse_rollback(std::string_view value);

}  // namespace deployctl::api
