#pragma once

// The tcp check: a connection is accepted and closed at once.

#include "async/asio.hpp"
#include "health/check.hpp"
#include "health/verdict.hpp"
#include "ports/tcp_probe.hpp"

namespace deployctl::health {

/// One attempt. Cancelling throws operation_aborted.
Task<Verdict> probe_tcp(ports::TcpProbe& connector, TcpProbe probe, Duration timeout);

}  // namespace deployctl::health
