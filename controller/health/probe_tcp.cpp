#include "health/probe_tcp.hpp"

#include <utility>

namespace deployctl::health {

Task<Verdict> probe_tcp(ports::TcpProbe& connector, TcpProbe probe, Duration timeout) {
  const auto connected = co_await connector.connect(probe.host, probe.port, timeout);
  if (!connected) co_return failed_with(connected.error());
  co_return Verdict{.passed = true, .message = "connected"};
}

}  // namespace deployctl::health
