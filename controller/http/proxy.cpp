#include "http/proxy.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v4.hpp>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url_view.hpp>

#include "base/sha256.hpp"

namespace deployctl::http {

namespace {

using boost::system::error_code;

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

bool in_block(const asio::ip::address& host, std::string_view block) {
  error_code error;
  if (host.is_v4()) {
    const auto network = asio::ip::make_network_v4(std::string(block), error).canonical();
    return !error && asio::ip::make_network_v4(host.to_v4(), network.prefix_length()).canonical() == network;
  }
  const auto network = asio::ip::make_network_v6(std::string(block), error).canonical();
  return !error && asio::ip::make_network_v6(host.to_v6(), network.prefix_length()).canonical() == network;
}

bool name_matches(std::string_view host, std::string_view rule) {
  if (rule.starts_with("*.")) rule.remove_prefix(1);
  if (rule.starts_with('.')) return host.size() > rule.size() && host.ends_with(rule);
  return host == rule ||
         (host.size() > rule.size() && host.ends_with(rule) && host[host.size() - rule.size() - 1] == '.');
}

bool rule_matches(std::string_view host, std::uint16_t port, std::string_view rule) {
  if (rule == "*") return true;
  error_code no_address;
  const auto address = asio::ip::make_address(std::string(host), no_address);
  if (rule.contains('/')) return !no_address && in_block(address, rule);
  const std::size_t colon = rule.rfind(':');
  const bool has_port = colon != std::string_view::npos && (rule.find(':') == colon || rule[colon - 1] == ']');
  if (has_port) {
    if (rule.substr(colon + 1) != std::to_string(port)) return false;
    rule = rule.substr(0, colon);
  }
  if (rule.starts_with('[') && rule.ends_with(']')) rule = rule.substr(1, rule.size() - 2);
  if (rule.empty()) return false;
  return no_address ? name_matches(host, rule) : host == rule;
}

}  // namespace

Result<Proxy> parse_proxy(std::string_view url) {
  const auto parsed = boost::urls::parse_uri(url);
  if (!parsed || parsed->host().empty()) return fail(ErrorKind::Invalid, "proxy URL cannot be read");
  if (parsed->scheme_id() != boost::urls::scheme::http) {
    return fail(ErrorKind::Invalid, "proxy URL: only http:// proxies are supported");
  }
  Proxy proxy{.port = 80};
  proxy.host =
      parsed->host_type() == boost::urls::host_type::ipv6 ? parsed->host_ipv6_address().to_string() : parsed->host();
  if (parsed->has_port() && !parsed->port().empty()) proxy.port = parsed->port_number();
  if (proxy.port == 0) return fail(ErrorKind::Invalid, "proxy URL: port is not in 1-65535");
  if (parsed->has_userinfo()) {
    proxy.authorization = "Basic " + base64_encode(parsed->user() + ":" + parsed->password());
  }
  return proxy;
}

bool bypasses_proxy(std::string_view host, std::uint16_t port, std::string_view no_proxy) {
  error_code no_address;
  const auto address = asio::ip::make_address(std::string(host), no_address);
  if (host == "localhost" || (!no_address && address.is_loopback())) return true;
  while (!no_proxy.empty()) {
    const std::size_t end = std::min(no_proxy.find(','), no_proxy.size());
    const std::string_view rule = trimmed(no_proxy.substr(0, end));
    if (!rule.empty() && rule_matches(host, port, rule)) return true;
    no_proxy.remove_prefix(std::min(end + 1, no_proxy.size()));
  }
  return false;
}

}  // namespace deployctl::http
