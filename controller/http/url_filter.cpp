#include "http/url_filter.hpp"

#include <algorithm>
#include <array>
#include <boost/asio/ip/address_v4.hpp>
#include <boost/asio/ip/address_v6.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <boost/url/url_view.hpp>
#include <optional>

#include "base/text.hpp"

namespace deployctl::http {

namespace {

using asio::ip::address;
using asio::ip::address_v4;
using asio::ip::address_v6;

constexpr std::size_t kUrlLimit = 8192;
constexpr std::size_t kLongestHeader = 32U * 1024;  // Beast throws at 64 KiB

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::optional<address> literal(const std::string& host) {
  boost::system::error_code error;
  const address parsed = asio::ip::make_address(host, error);
  if (error) return std::nullopt;
  return parsed;
}

/// Ends in a number, as the URL standard puts it: such a host is an IPv4 address or nothing (fault S14: 2130706433,
/// 127.1, 0x7f000001 are read as addresses by getaddrinfo).
bool ends_in_number(std::string_view host) {
  const std::string_view last = host.substr(host.rfind('.') == std::string_view::npos ? 0 : host.rfind('.') + 1);
  if (last.starts_with("0x")) return true;
  return !last.empty() && std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
}

bool is_host_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}

Result<void> check_host_syntax(const std::string& host) {
  if (literal(host)) return {};
  if (host.empty() || host.size() > 253 || !std::ranges::all_of(host, is_host_character)) {
    return fail(ErrorKind::Invalid, "URL has no usable host");
  }
  if (ends_in_number(host)) return fail(ErrorKind::Invalid, "URL host " + host + " is no IPv4 address of four numbers");
  return {};
}

Result<Url> from_view(boost::urls::url_view view) {
  Url url;
  url.tls = view.scheme_id() == boost::urls::scheme::https;
  if (!url.tls && view.scheme_id() != boost::urls::scheme::http) {
    return fail(ErrorKind::Invalid, "URL scheme is not http or https");
  }
  if (view.has_userinfo()) return fail(ErrorKind::Invalid, "URL holds user information: use a header from a Secret");
  url.host = view.host_type() == boost::urls::host_type::ipv6 ? view.host_ipv6_address().to_string() : view.host();
  std::ranges::transform(url.host, url.host.begin(), lower);
  if (url.host.ends_with('.')) url.host.pop_back();
  if (auto ok = check_host_syntax(url.host); !ok) return ok.error();
  url.port = url.tls ? 443 : 80;
  if (view.has_port() && !view.port().empty()) {
    url.port = view.port_number();
    if (url.port == 0) return fail(ErrorKind::Invalid, "URL port is not in 1-65535");
  }
  url.target = view.encoded_path().empty() ? "/" : std::string(view.encoded_path());
  // Boost.URL 1.81 reads http://127.0.0.1.example/ as the address 127.0.0.1 and the path ".example/" (measured).
  if (!url.target.starts_with('/')) return fail(ErrorKind::Invalid, "URL host begins with an IPv4 address but is none");
  if (view.has_query()) url.target += "?" + std::string(view.encoded_query());
  return url;
}

address_v4 embedded(const address_v6::bytes_type& bytes, std::size_t at) {
  return address_v4({bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]});
}

bool starts_with(const address_v6::bytes_type& bytes, std::initializer_list<unsigned> prefix) {
  return std::ranges::equal(prefix,
                            std::ranges::subrange(bytes.begin(), bytes.begin() + static_cast<long>(prefix.size())),
                            [](unsigned want, unsigned char got) { return want == got; });
}

/// The IPv4 address that an IPv6 one leads to.
std::optional<address_v4> inner_v4(const address_v6& v6) {
  const auto bytes = v6.to_bytes();
  if (v6.is_v4_mapped()) return embedded(bytes, 12);
  if (starts_with(bytes, {0x00, 0x64, 0xff, 0x9b})) return embedded(bytes, 12);  // NAT64
  if (starts_with(bytes, {0x20, 0x02})) return embedded(bytes, 2);               // 6to4
  const bool high_is_zero = starts_with(bytes, {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
  if (high_is_zero && !v6.is_unspecified() && !v6.is_loopback()) return embedded(bytes, 12);  // compatible
  return std::nullopt;
}

struct Verdict {
  std::string_view what;  ///< empty: nothing special
  bool always = true;     ///< refused even with allow_loopback
};

Verdict judge(const address_v4& v4) {
  const auto bytes = v4.to_bytes();
  const std::uint32_t number = v4.to_uint();
  if (bytes[0] == 169 && bytes[1] == 254) return {"a link-local or metadata address"};
  // Alibaba, Oracle, Azure: cloud metadata outside the link-local range.
  constexpr std::array<std::uint32_t, 3> kMetadata{0x646464C8, 0xC00000C0, 0xA83F8110};
  if (std::ranges::find(kMetadata, number) != kMetadata.end()) return {"a metadata address"};
  if (bytes[0] >= 224) return {"a multicast, reserved or broadcast address"};
  if (bytes[0] == 127 || bytes[0] == 0) return {"a loopback address", false};
  return {};
}

Verdict judge(const address_v6& v6) {
  if (v6.is_loopback() || v6.is_unspecified()) return {"a loopback address", false};
  if (const auto inner = inner_v4(v6)) return judge(*inner);
  if (v6.is_link_local()) return {"a link-local address"};
  if (v6.is_multicast()) return {"a multicast address"};
  // AWS and Google: cloud metadata over IPv6.
  const std::string text = v6.to_string();
  if (text == "fd00:ec2::254" || text == "fd20:ce::254") return {"a metadata address"};
  return {};
}

address unwrapped(const address& from) {
  if (!from.is_v6()) return from;
  const auto inner = inner_v4(from.to_v6());
  return inner ? address(*inner) : from;
}

bool is_under(std::string_view name, std::string_view parent) {
  return name == parent ||
         (name.size() > parent.size() && name.ends_with(parent) && name[name.size() - parent.size() - 1] == '.');
}

bool is_api_server_name(const std::string& host, const FilterRules& rules) {
  if (host == "kubernetes" || host == "kubernetes.default" || host == "kubernetes.default.svc") return true;
  if (host.starts_with("kubernetes.default.svc.")) return true;
  return std::ranges::find(rules.api_server_names, host) != rules.api_server_names.end();
}

}  // namespace

std::string Url::authority() const {
  const std::string name = host.find(':') == std::string::npos ? host : "[" + host + "]";
  return port == (tls ? 443 : 80) ? name : name + ":" + std::to_string(port);
}

bool Url::same_origin(const Url& other) const { return tls == other.tls && host == other.host && port == other.port; }

Result<Url> parse_url(std::string_view text) {
  if (text.size() > kUrlLimit) return fail(ErrorKind::Invalid, "URL is longer than 8192 characters");
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; })) {
    return fail(ErrorKind::Invalid, "URL holds a control character or a space");
  }
  const auto parsed = boost::urls::parse_uri(text);
  if (!parsed) return fail(ErrorKind::Invalid, "URL cannot be read: " + parsed.error().message());
  return from_view(*parsed);
}

Result<Url> resolve_redirect(const Url& from, std::string_view location) {
  const auto reference = boost::urls::parse_uri_reference(location.substr(0, kUrlLimit));
  if (!reference) return fail(ErrorKind::Invalid, "redirect to a URL that cannot be read");
  if (reference->has_scheme()) return parse_url(location).with_context("redirect");
  const std::string base = (from.tls ? "https://" : "http://") + from.authority() + from.target;
  const auto parsed_base = boost::urls::parse_uri(base);
  boost::urls::url joined;
  if (!parsed_base || !boost::urls::resolve(*parsed_base, *reference, joined)) {
    return fail(ErrorKind::Invalid, "redirect to a URL that cannot be read");
  }
  return parse_url(joined.buffer()).with_context("redirect");
}

Result<void> check_url(const Url& url, const FilterRules& rules) {
  if (const auto ip = literal(url.host)) return check_endpoint({*ip, url.port}, rules);
  if (is_under(url.host, "metadata.google.internal") || url.host == "metadata") {
    return fail(ErrorKind::AccessDenied, "host " + url.host + " is a metadata service");
  }
  if (rules.allow_loopback) return {};
  if (is_under(url.host, "localhost") || is_under(url.host, "localhost.localdomain")) {
    return fail(ErrorKind::AccessDenied, "host " + url.host + " is loopback (see --allow-loopback)");
  }
  if (is_api_server_name(url.host, rules)) {
    return fail(ErrorKind::AccessDenied, "host " + url.host + " is the Kubernetes API server (see --allow-loopback)");
  }
  return {};
}

Result<void> check_endpoint(const asio::ip::tcp::endpoint& endpoint, const FilterRules& rules) {
  const address where = unwrapped(endpoint.address());
  const Verdict verdict = where.is_v4() ? judge(where.to_v4()) : judge(where.to_v6());
  const std::string text = endpoint.address().to_string();
  if (!verdict.what.empty() && (verdict.always || !rules.allow_loopback)) {
    return fail(ErrorKind::AccessDenied,
                text + " is " + std::string(verdict.what) + (verdict.always ? "" : " (see --allow-loopback)"));
  }
  const bool is_api = std::ranges::any_of(rules.api_server, [&](const asio::ip::tcp::endpoint& api) {
    return unwrapped(api.address()) == where && api.port() == endpoint.port();
  });
  if (is_api && !rules.allow_loopback) {
    return fail(ErrorKind::AccessDenied, text + " is the Kubernetes API server (see --allow-loopback)");
  }
  return {};
}

Result<void> check_header(std::string_view name, std::string_view value) {
  constexpr std::string_view kTokenExtra = "!#$%&'*+-.^_`|~";
  const auto is_token = [&](char c) {
    return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') || kTokenExtra.contains(c);
  };
  if (name.empty() || !std::ranges::all_of(name, is_token)) {
    return fail(ErrorKind::Invalid, "header name \"" + cut(one_line(name), 64) + "\" is no HTTP token");
  }
  if (std::ranges::any_of(value, [](char c) { return c == '\r' || c == '\n' || c == '\0'; })) {
    return fail(ErrorKind::Invalid, "value of header " + std::string(name) + " holds a line break or NUL");
  }
  if (name.size() + value.size() > kLongestHeader) {
    return fail(ErrorKind::Invalid,
                "header " + cut(one_line(name), 64) + " has more than " + std::to_string(kLongestHeader) + " bytes");
  }
  return {};
}

}  // namespace deployctl::http
