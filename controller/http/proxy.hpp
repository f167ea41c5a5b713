#pragma once

// Which HTTP CONNECT proxy, if any, leads to a host: pure, by the rules of HTTPS_PROXY and NO_PROXY as Go programs
// (kubectl) read them.

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/tls_stream.hpp"

namespace deployctl::http {

/// `http://[user:password@]host[:port]`. Error: Invalid (another scheme, no host); never names the password.
Result<Proxy> parse_proxy(std::string_view url);

/// NO_PROXY: comma separated names (with their sub-domains), `.name` (sub-domains only), addresses, CIDR blocks, each
/// with an optional port, or `*`. Loopback never goes through a proxy.
bool bypasses_proxy(std::string_view host, std::uint16_t port, std::string_view no_proxy);

}  // namespace deployctl::http
