#pragma once

// One connected byte stream, plain or TLS, straight or through an HTTP CONNECT proxy. Used by http/client (and so by
// the API transport and by probes). Each address gets 3 s, then the next one is tried. TLS 1.2 at least, verified
// against the given trust, host name or IP checked; SNI is sent for names, never for IPs. The descriptor has
// FD_CLOEXEC (Boost 1.81 does not set it: measured), keepalive and TCP_USER_TIMEOUT, so that a silent peer is noticed.
//
// One thread. Cancelling an operation throws operation_aborted; the stream is of no use afterwards and is destroyed.

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "async/asio.hpp"
#include "async/clock.hpp"
#include "async/resolver.hpp"
#include "base/result.hpp"
#include "http/failure.hpp"

namespace deployctl::http {

inline constexpr Duration kConnectPerAddress = std::chrono::seconds(3);
inline constexpr Duration kHandshakeLimit = std::chrono::seconds(10);

/// Whom to trust and who we are. PEM texts.
struct TlsTrust {
  std::optional<std::string> ca_pem;  ///< unset: the system's public bundle (30 ms and 4 MB: loaded when first needed)
  bool insecure_skip_verify = false;
  std::string client_certificate_pem;
  std::string client_key_pem;
  bool operator==(const TlsTrust&) const = default;
};

/// Ready-made TLS settings, shared by connections.
class TlsContext;
/// Error: Invalid, naming which PEM cannot be read (never its content).
Result<std::shared_ptr<TlsContext>> make_tls_context(const TlsTrust& trust);

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  ///< value of Proxy-Authorization; empty: none
};

struct Destination {
  std::string host;  ///< name or IP literal without brackets
  std::uint16_t port = 0;
  std::shared_ptr<TlsContext> tls;  ///< null: plain
  std::string server_name;          ///< name to verify and send as SNI instead of host
  std::optional<Proxy> proxy;
  /// Asked for each address before connecting to it; empty: all are allowed. Not asked for a proxy's address.
  std::function<Result<void>(const asio::ip::tcp::endpoint&)> allow;
};

class TlsStream {
 public:
  /// Failure phases: Connect (Transient, AccessDenied), Handshake (Transient; the message says which rule of the
  /// certificate failed).
  static Task<Attempt<std::unique_ptr<TlsStream>>> connect(asio::any_io_executor executor, Clock& clock,
                                                           Resolver& resolver, Destination destination);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  /// At least one byte; 0 at an orderly end. Error: Transient.
  Task<Result<std::size_t>> read_some(std::span<char> into);
  /// All of it. Error: Transient.
  Task<Result<void>> write(std::string_view bytes);
  /// Closes at once, without goodbye.
  void close();
  /// A peer that closed or sent something unasked has made an idle connection unusable.
  [[nodiscard]] bool is_quiet() const;
  [[nodiscard]] int native_handle() const;

 private:
  struct State;
  explicit TlsStream(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace deployctl::http
