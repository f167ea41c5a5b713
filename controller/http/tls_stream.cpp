#include "http/tls_stream.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/system/system_error.hpp>

#include "async/with_timeout.hpp"

namespace deployctl::http {

namespace {

namespace ssl = asio::ssl;
using asio::ip::tcp;
using boost::system::error_code;

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
constexpr Duration kResolveLimit = std::chrono::seconds(5);
/// A peer that acknowledges nothing for this long is gone (fault W11).
constexpr unsigned kUserTimeoutMs = 30'000;

Error transient(std::string message) { return fail(ErrorKind::Transient, std::move(message)); }

/// Cancelled by whoever awaits us: unwind. Any other abort is an error like others.
Task<void> throw_if_cancelled(error_code error) {
  if (error != asio::error::operation_aborted) co_return;
  const auto state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) throw boost::system::system_error(error);
}

void prepare(tcp::socket& socket) {
  const int fd = socket.native_handle();
  ::fcntl(fd, F_SETFD, FD_CLOEXEC);  // fault P1: Boost 1.81 leaves sockets inheritable
  error_code ignored;
  socket.set_option(tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const int idle = 15;
  const int interval = 5;
  const int probes = 3;
  const unsigned user_timeout = kUserTimeoutMs;
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
  ::setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
  ::setsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &user_timeout, sizeof user_timeout);
}

std::string shown(const std::string& host, std::uint16_t port) {
  return (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" + std::to_string(port);
}

bool is_ip(const std::string& host) {
  error_code error;
  asio::ip::make_address(host, error);
  return !error;
}

}  // namespace

class TlsContext {
 public:
  explicit TlsContext(bool verified) : verify(verified) {}
  ssl::context context{ssl::context::tls_client};
  bool verify;
};

Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsTrust& trust) {
  auto made = std::make_shared<TlsContext>(!trust.insecure_skip_verify);
  ssl::context& context = made->context;
  error_code error;
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  SSL_CTX_set_security_level(context.native_handle(), 2);  // fault A11: no weak keys
  if (trust.insecure_skip_verify) {
    context.set_verify_mode(ssl::verify_none, error);
  } else {
    context.set_verify_mode(ssl::verify_peer, error);
    if (trust.ca_pem) {
      context.add_certificate_authority(asio::buffer(*trust.ca_pem), error);
      if (error || trust.ca_pem->empty()) return fail(ErrorKind::Invalid, "CA certificates cannot be read as PEM");
    } else {
      context.set_default_verify_paths(error);
    }
  }
  if (!trust.client_certificate_pem.empty()) {
    context.use_certificate_chain(asio::buffer(trust.client_certificate_pem), error);
    if (error) return fail(ErrorKind::Invalid, "client certificate cannot be read as PEM");
    context.use_private_key(asio::buffer(trust.client_key_pem), ssl::context::pem, error);
    if (error) return fail(ErrorKind::Invalid, "client key cannot be read as PEM or is not the certificate's");
  }
  return made;
}

struct TlsStream::State {
  explicit State(asio::any_io_executor executor) : socket(std::move(executor)) {}

  Task<Result<void>> connect_to(tcp::endpoint endpoint);
  Task<Attempt<bool>> connect_any(Clock& clock, Resolver& resolver, const Destination& destination);
  Task<Result<void>> tunnel(Proxy proxy, std::string target);
  Task<Result<void>> handshake(const Destination& destination);
  Result<void> prepare_verification(const Destination& destination);

  tcp::socket socket;
  std::shared_ptr<TlsContext> context;
  std::unique_ptr<ssl::stream<tcp::socket&>> tls;
};

Task<Result<void>> TlsStream::State::connect_to(tcp::endpoint endpoint) {
  error_code error;
  socket.close(error);
  socket.open(endpoint.protocol(), error);
  if (error) co_return transient(error.message());
  prepare(socket);
  std::tie(error) = co_await socket.async_connect(endpoint, as_result);
  co_await throw_if_cancelled(error);
  if (error) co_return transient(error.message());
  co_return Result<void>();
}

Task<Attempt<bool>> TlsStream::State::connect_any(Clock& clock, Resolver& resolver, const Destination& destination) {
  const std::string host = destination.proxy ? destination.proxy->host : destination.host;
  const std::uint16_t port = destination.proxy ? destination.proxy->port : destination.port;
  const std::string name = (destination.proxy ? "proxy " : "") + shown(host, port);
  auto endpoints = co_await resolver.resolve(host, port, kResolveLimit);
  if (!endpoints) co_return Failure{Phase::Connect, endpoints.error()};
  Error last = transient("connect to " + name + ": no address");
  for (const tcp::endpoint& endpoint : *endpoints) {
    if (destination.allow && !destination.proxy) {
      if (auto allowed = destination.allow(endpoint); !allowed) {
        last = allowed.error().with_context("connect to " + name);
        continue;
      }
    }
    const auto connected = co_await with_timeout(clock, kConnectPerAddress, connect_to(endpoint));
    if (connected && *connected) co_return true;
    last = connected ? connected->error() : transient("no answer within 3s");
    last = last.with_context("connect to " + name);
  }
  co_return Failure{Phase::Connect, last};
}

Task<Result<void>> TlsStream::State::tunnel(Proxy proxy, std::string target) {
  namespace beast_http = boost::beast::http;
  std::string request = "CONNECT " + target + " HTTP/1.1\r\nHost: " + target + "\r\n";
  if (!proxy.authorization.empty()) {
    request += "Proxy-Authorization: " + proxy.authorization + "\r\n";
  }
  request += "\r\n";
  auto [error, written] = co_await asio::async_write(socket, asio::buffer(request), as_result);
  co_await throw_if_cancelled(error);
  if (error) co_return transient("proxy: " + error.message());
  beast_http::response_parser<beast_http::empty_body> parser;
  parser.skip(true);  // what follows the head of a CONNECT's answer is the tunnel
  std::string bytes;
  while (!parser.is_header_done()) {
    // Byte by byte: nothing of the tunnel may be swallowed; it happens once a connection.
    char byte = 0;
    auto [read_error, count] = co_await socket.async_read_some(asio::buffer(&byte, 1), as_result);
    co_await throw_if_cancelled(read_error);
    if (read_error) co_return transient("proxy closed the connection: " + read_error.message());
    bytes += byte;
    if (bytes.size() > 16U * 1024) co_return transient("proxy answer has no end");
    if (!bytes.ends_with("\r\n\r\n")) continue;
    error_code parse_error;
    parser.put(asio::buffer(bytes), parse_error);
    if (parse_error) co_return transient("proxy answer is not HTTP");
  }
  const unsigned status = parser.get().result_int();
  if (status / 100 != 2) co_return transient("proxy refused the tunnel with status " + std::to_string(status));
  co_return Result<void>();
}

Result<void> TlsStream::State::prepare_verification(const Destination& destination) {
  const std::string& name = destination.server_name.empty() ? destination.host : destination.server_name;
  SSL* handle = tls->native_handle();
  // No SNI for an IP (fault A10; RFC 6066 section 3).
  const bool ip = is_ip(name);
  bool ok = ip || SSL_set_tlsext_host_name(handle, name.c_str()) == 1;
  if (context->verify) {
    ok = ok && (ip ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(handle), name.c_str()) == 1
                   : SSL_set1_host(handle, name.c_str()) == 1);
  }
  if (!ok) return transient("server name cannot be verified");
  return {};
}

Task<Result<void>> TlsStream::State::handshake(const Destination& destination) {
  context = destination.tls;
  tls = std::make_unique<ssl::stream<tcp::socket&>>(socket, context->context);
  if (auto prepared = prepare_verification(destination); !prepared) co_return prepared;
  auto [error] = co_await tls->async_handshake(ssl::stream_base::client, as_result);
  co_await throw_if_cancelled(error);
  if (!error) co_return Result<void>();
  const long verified = SSL_get_verify_result(tls->native_handle());
  // fault A9: the message says which rule failed.
  if (verified != X509_V_OK) {
    co_return transient(std::string("certificate refused: ") + X509_verify_cert_error_string(verified));
  }
  co_return transient(error.message());
}

TlsStream::TlsStream(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsStream::~TlsStream() { close(); }

Task<Attempt<std::unique_ptr<TlsStream>>> TlsStream::connect(asio::any_io_executor executor, Clock& clock,
                                                             Resolver& resolver, Destination destination) {
  auto state = std::make_unique<State>(std::move(executor));
  auto connected = co_await state->connect_any(clock, resolver, destination);
  if (!connected) co_return connected.error();
  const std::string name = shown(destination.host, destination.port);
  if (destination.proxy) {
    auto tunnelled = co_await with_timeout(clock, kHandshakeLimit, state->tunnel(*destination.proxy, name));
    if (!tunnelled) co_return Failure{Phase::Handshake, transient("connect to " + name + ": proxy did not answer")};
    if (!*tunnelled) co_return Failure{Phase::Handshake, tunnelled->error().with_context("connect to " + name)};
  }
  if (destination.tls) {
    auto shaken = co_await with_timeout(clock, kHandshakeLimit, state->handshake(destination));
    if (!shaken) co_return Failure{Phase::Handshake, transient("TLS with " + name + ": no answer within 10s")};
    if (!*shaken) co_return Failure{Phase::Handshake, shaken->error().with_context("TLS with " + name)};
  }
  co_return std::unique_ptr<TlsStream>(new TlsStream(std::move(state)));
}

Task<Result<std::size_t>> TlsStream::read_some(std::span<char> into) {
  const auto buffer = asio::buffer(into.data(), into.size());
  error_code error;
  std::size_t count = 0;
  if (state_->tls) {
    std::tie(error, count) = co_await state_->tls->async_read_some(buffer, as_result);
  } else {
    std::tie(error, count) = co_await state_->socket.async_read_some(buffer, as_result);
  }
  co_await throw_if_cancelled(error);
  if (count > 0) co_return count;
  // Without close_notify too: how much belongs to a message is said by HTTP, not by the end of the stream.
  if (error == asio::error::eof || error == ssl::error::stream_truncated) co_return std::size_t{0};
  co_return transient("read: " + error.message());
}

Task<Result<void>> TlsStream::write(std::string_view bytes) {
  error_code error;
  std::size_t count = 0;
  if (state_->tls) {
    std::tie(error, count) = co_await asio::async_write(*state_->tls, asio::buffer(bytes), as_result);
  } else {
    std::tie(error, count) = co_await asio::async_write(state_->socket, asio::buffer(bytes), as_result);
  }
  co_await throw_if_cancelled(error);
  if (error) co_return transient("write: " + error.message());
  co_return Result<void>();
}

void TlsStream::close() {
  error_code ignored;
  state_->socket.close(ignored);
}

bool TlsStream::is_quiet() const {
  if (!state_->socket.is_open()) return false;
  pollfd ready{.fd = native_handle(), .events = POLLIN | POLLRDHUP, .revents = 0};
  return ::poll(&ready, 1, 0) == 0;
}

int TlsStream::native_handle() const { return state_->socket.native_handle(); }

}  // namespace deployctl::http
