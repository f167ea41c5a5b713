#pragma once

// A real HTTP/1.1 server on loopback, port 0, with or without TLS, in the test's own loop: for tests of what speaks to
// the network (API transport, probes). It answers by script, byte-exact, in the order of the requests, whatever
// connection they come on; it can cut an answer anywhere, stay silent, and call back between two pieces (to move a fake
// clock).
//
//   FakeApiServer server(loop.get_executor(), {.identity = authority.sign({.addresses = {"127.0.0.1"}})});
//   server.answer("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}");
//   auto response = run_coroutine(loop, server.serving(transport.send(request)));

#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "async/task_group.hpp"
#include "support/test_certificates.hpp"

namespace deployctl::support {

/// "HTTP/1.1 <status> …" with Content-Length and the given extra header lines (each ending in CRLF).
std::string http_answer(int status, const std::string& body, const std::string& headers = "");
/// The head of a chunked answer, and one chunk.
std::string chunked_head(int status = 200);
std::string chunk(const std::string& bytes);

class FakeApiServer {
 public:
  struct Options {
    std::optional<KeyAndCertificate> identity = {};  ///< unset: plain HTTP
    bool old_tls_only = false;                       ///< TLS 1.1 at most
    bool behind_proxy = false;  ///< reads a CONNECT first, says 200, then speaks TLS on the same connection
  };
  struct Received {
    std::string method, target, body;
    std::map<std::string, std::string> headers;  ///< names in lower case
  };
  enum class After : std::uint8_t { Keep, Close, Silence };
  struct Piece {
    std::string bytes;
    std::function<void()> then = {};  ///< after it was sent
  };

  FakeApiServer(asio::any_io_executor executor, Options options);
  ~FakeApiServer();

  /// What the next request gets, and what follows: the connection is kept, closed, or goes silent.
  void answer(std::string bytes, After after = After::Keep);
  void answer_in_pieces(std::vector<Piece> pieces, After after = After::Keep);

  [[nodiscard]] std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  [[nodiscard]] const std::vector<Received>& requests() const { return requests_; }
  [[nodiscard]] std::size_t connections() const { return connections_; }
  [[nodiscard]] const std::string& server_name() const { return server_name_; }  ///< last SNI; empty: none

  /// Serves while `task` runs, then ends everything.
  template <class T>
  Task<T> serving(Task<T> task) {
    start();
    T result = co_await std::move(task);
    co_await stop();
    co_return result;
  }

 private:
  struct Script {
    std::vector<Piece> pieces;
    After after = After::Keep;
  };
  struct Tls;

  void start();
  Task<void> stop();
  Task<void> accept();
  Task<void> serve(asio::ip::tcp::socket socket);
  template <class Stream>
  Task<void> talk(Stream& stream);
  template <class Stream>
  Task<bool> receive(Stream& stream, std::string& buffer);
  std::optional<Script> next_answer();

  asio::any_io_executor executor_;
  Options options_;
  asio::ip::tcp::acceptor acceptor_;
  std::unique_ptr<Tls> tls_;
  std::deque<Script> script_;
  std::vector<Received> requests_;
  std::size_t connections_ = 0;
  std::string server_name_;
  TaskGroup group_;
};

}  // namespace deployctl::support
