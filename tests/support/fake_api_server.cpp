#include "support/fake_api_server.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace deployctl::support {

namespace {

namespace ssl = asio::ssl;
namespace beast_http = boost::beast::http;
using asio::ip::tcp;
constexpr auto as_result = asio::as_tuple(asio::use_awaitable);

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return text;
}

}  // namespace

std::string http_answer(int status, const std::string& body, const std::string& headers) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nContent-Type: application/json\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::string chunked_head(int status) {
  return "HTTP/1.1 " + std::to_string(status) + " X\r\nTransfer-Encoding: chunked\r\n\r\n";
}

std::string chunk(const std::string& bytes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string size;
  for (std::size_t rest = bytes.size(); rest > 0 || size.empty(); rest /= 16)
    size.insert(size.begin(), kHex[rest % 16]);
  return size + "\r\n" + bytes + "\r\n";
}

struct FakeApiServer::Tls {
  ssl::context context{ssl::context::tls_server};
};

FakeApiServer::FakeApiServer(asio::any_io_executor executor, Options options)
    : executor_(executor),
      options_(std::move(options)),
      acceptor_(executor, tcp::endpoint(asio::ip::address_v4::loopback(), 0)),
      group_(executor) {
  if (!options_.identity) return;
  tls_ = std::make_unique<Tls>();
  SSL_CTX* context = tls_->context.native_handle();
  if (options_.old_tls_only) {
    SSL_CTX_set_min_proto_version(context, TLS1_VERSION);
    SSL_CTX_set_max_proto_version(context, TLS1_1_VERSION);
  }
  SSL_CTX_set_security_level(context, 0);
  tls_->context.use_certificate_chain(asio::buffer(options_.identity->certificate_pem));
  tls_->context.use_private_key(asio::buffer(options_.identity->key_pem), ssl::context::pem);
}

FakeApiServer::~FakeApiServer() {
  if (!script_.empty()) ADD_FAILURE() << script_.size() << " answers were never asked for";
}

void FakeApiServer::answer(std::string bytes, After after) { answer_in_pieces({{std::move(bytes)}}, after); }
void FakeApiServer::answer_in_pieces(std::vector<Piece> pieces, After after) {
  script_.push_back({std::move(pieces), after});
}

void FakeApiServer::start() { group_.spawn("accept", accept()); }

Task<void> FakeApiServer::stop() {
  group_.cancel_all();
  co_await group_.join();
}

Task<void> FakeApiServer::accept() {
  while (true) {
    auto [error, socket] = co_await acceptor_.async_accept(as_result);
    if (error) co_return;
    ++connections_;
    group_.spawn("connection", serve(std::move(socket)));
  }
}

Task<void> FakeApiServer::serve(tcp::socket socket) {
  if (options_.behind_proxy) {
    std::string buffer;
    if (!co_await receive(socket, buffer)) co_return;
    co_await asio::async_write(socket, asio::buffer(std::string_view("HTTP/1.1 200 OK\r\n\r\n")), as_result);
  }
  if (!tls_) {
    co_await talk(socket);
    co_return;
  }
  ssl::stream<tcp::socket&> stream(socket, tls_->context);
  auto [error] = co_await stream.async_handshake(ssl::stream_base::server, as_result);
  if (error) co_return;
  const char* name = SSL_get_servername(stream.native_handle(), TLSEXT_NAMETYPE_host_name);
  server_name_ = name == nullptr ? "" : name;
  co_await talk(stream);
}

std::optional<FakeApiServer::Script> FakeApiServer::next_answer() {
  if (script_.empty()) {
    ADD_FAILURE() << "unexpected request: " << requests_.back().method << " " << requests_.back().target;
    return std::nullopt;
  }
  Script next = std::move(script_.front());
  script_.pop_front();
  return next;
}

template <class Stream>
Task<bool> FakeApiServer::receive(Stream& stream, std::string& buffer) {
  beast_http::request_parser<beast_http::string_body> parser;
  parser.eager(true);
  std::string chunk_of_bytes(16U * 1024, '\0');
  while (!parser.is_done()) {
    auto [error, count] = co_await stream.async_read_some(asio::buffer(chunk_of_bytes), as_result);
    if (error) co_return false;
    buffer.append(chunk_of_bytes, 0, count);
    boost::system::error_code parse_error;
    buffer.erase(0, parser.put(asio::buffer(buffer), parse_error));
  }
  Received received{.method = std::string(parser.get().method_string()),
                    .target = std::string(parser.get().target()),
                    .body = parser.get().body()};
  for (const auto& field : parser.get()) {
    received.headers[lower(std::string(field.name_string()))] = std::string(field.value());
  }
  requests_.push_back(std::move(received));
  co_return true;
}

template <class Stream>
Task<void> FakeApiServer::talk(Stream& stream) {
  std::string buffer;
  while (co_await receive(stream, buffer)) {
    const auto script = next_answer();
    if (!script) co_return;
    for (const Piece& piece : script->pieces) {
      auto [error, count] = co_await asio::async_write(stream, asio::buffer(piece.bytes), as_result);
      if (error) co_return;
      if (piece.then) piece.then();
    }
    if (script->after == After::Close) co_return;
    if (script->after == After::Silence) {
      char ignored = 0;
      co_await stream.async_read_some(asio::buffer(&ignored, 1), as_result);
      co_return;
    }
  }
}

}  // namespace deployctl::support
