#pragma once

// What tenants' URLs may reach: the pure decision, used by the outside client for every URL, every redirect hop and
// every address it is about to connect to (the name is not enough: DNS may change between two lookups).
//
// Always refused: link-local and cloud metadata addresses, multicast, broadcast; schemes other than http and https;
// numbers that only inet_aton reads as addresses (2130706433, 127.1, 0x7f000001). Refused unless allow_loopback:
// loopback, the unspecified address and the Kubernetes API server. An IPv4 address inside an IPv6 one (mapped,
// compatible, NAT64, 6to4) is judged as the IPv4 address.

#include <boost/asio/ip/address.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "async/asio.hpp"
#include "base/result.hpp"

namespace deployctl::http {

struct Url {
  bool tls = false;
  std::string host;  ///< name or IP literal, without brackets, lower case
  std::uint16_t port = 0;
  std::string target = "/";                     ///< path and query as sent
  [[nodiscard]] std::string authority() const;  ///< host and port as in the Host header
  [[nodiscard]] bool same_origin(const Url& other) const;
};

struct FilterRules {
  bool allow_loopback = false;
  std::vector<asio::ip::tcp::endpoint> api_server;  ///< its addresses and ports
  std::vector<std::string> api_server_names;        ///< beside kubernetes, kubernetes.default[.svc[.…]]
};

/// Error: Invalid (syntax, control characters, scheme, user information, odd numeric host).
Result<Url> parse_url(std::string_view text);
/// The URL of a redirect, relative ones included.
Result<Url> resolve_redirect(const Url& from, std::string_view location);

/// Error: AccessDenied, naming the host and the rule.
Result<void> check_url(const Url& url, const FilterRules& rules);
/// Error: AccessDenied, naming the address and the rule.
Result<void> check_endpoint(const asio::ip::tcp::endpoint& endpoint, const FilterRules& rules);

/// Header names are tokens; values hold no CR, LF or NUL; both together at most 32 KiB. Error: Invalid, naming the
/// header, never its value.
Result<void> check_header(std::string_view name, std::string_view value);

}  // namespace deployctl::http
