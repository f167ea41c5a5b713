#include "http/tcp_probe.hpp"

#include <algorithm>
#include <utility>

#include "async/with_timeout.hpp"
#include "base/duration.hpp"
#include "base/text.hpp"
#include "http/tls_stream.hpp"

namespace deployctl::http {
namespace {

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '-' ||
         c == '_' || c == ':' || c == '[' || c == ']';
}

/// The host as a URL, so that both kinds of probe are judged by the same rules.
Result<Url> url_of(const std::string& host, std::uint16_t port) {
  if (host.empty() || !std::ranges::all_of(host, is_host_character)) {
    return fail(ErrorKind::Invalid, "\"" + cut(one_line(host), 100) + "\" is not a host name or address");
  }
  const bool bare_ipv6 = host.contains(':') && !host.starts_with('[');
  return parse_url("http://" + (bare_ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(port) + "/");
}

}  // namespace

OutsideTcpProbe::OutsideTcpProbe(asio::any_io_executor executor, Clock& clock, Resolver& resolver, FilterRules rules)
    : executor_(std::move(executor)), clock_(clock), resolver_(resolver), rules_(std::move(rules)) {}

Task<Result<void>> OutsideTcpProbe::connect(std::string host, std::uint16_t port, Duration timeout) {
  auto url = url_of(host, port);
  if (!url) co_return url.error();
  auto connected = co_await with_timeout(clock_, timeout, try_connect(std::move(*url)));
  if (connected) co_return std::move(*connected);
  co_return fail(ErrorKind::TimedOut, "no connection within " + format_duration(timeout));
}

Task<Result<void>> OutsideTcpProbe::try_connect(Url url) {
  if (auto allowed = check_url(url, rules_); !allowed) co_return allowed.error();
  Destination destination;
  destination.host = url.host;
  destination.port = url.port;
  destination.allow = [this](const asio::ip::tcp::endpoint& endpoint) { return check_endpoint(endpoint, rules_); };
  auto stream = co_await TlsStream::connect(executor_, clock_, resolver_, std::move(destination));
  if (!stream) co_return stream.error().error;
  (*stream)->close();
  co_return Result<void>();
}

}  // namespace deployctl::http
