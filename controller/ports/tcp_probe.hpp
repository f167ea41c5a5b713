#pragma once

// One TCP connection attempt to something outside, closed at once: the tcp health check. The implementation
// (http/tcp_probe) checks every address it connects to against the url filter. Fake: support/fake_tcp_probe.

#include <cstdint>
#include <string>

#include "async/asio.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace deployctl::ports {

class TcpProbe {
 public:
  virtual ~TcpProbe() = default;
  /// Success when one address of `host` accepted within `timeout` (resolving included). Errors: Invalid (host),
  /// AccessDenied (blocked address), TimedOut, Transient (name, refused, unreachable). Cancelling throws
  /// operation_aborted.
  virtual Task<Result<void>> connect(std::string host, std::uint16_t port, Duration timeout) = 0;
};

}  // namespace deployctl::ports
