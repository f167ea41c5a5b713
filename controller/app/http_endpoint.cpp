#include "app/http_endpoint.hpp"

#include <fcntl.h>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ip/v6_only.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>

namespace deployctl::app {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;

constexpr auto kAsResult = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kMaxConnections = 64;
constexpr std::uint32_t kMaxHeader = 8U * 1024;
constexpr Duration kAcceptPause = std::chrono::milliseconds(100);
constexpr auto kIdle = std::chrono::seconds(30);
constexpr auto kExchange = std::chrono::seconds(5);

http::response<http::string_body> answer(const http::request<http::empty_body>& request,
                                         const HttpEndpoint::Serve& serve) {
  http::response<http::string_body> response;
  response.version(request.version());
  response.keep_alive(request.keep_alive());
  if (request.method() != http::verb::get && request.method() != http::verb::head) {
    response.result(http::status::method_not_allowed);
    response.set(http::field::allow, "GET, HEAD");
    response.prepare_payload();
    return response;
  }
  const std::string target(request.target());
  const std::size_t question = target.find('?');
  Page page = serve(target.substr(0, question), question == std::string::npos ? "" : target.substr(question + 1));
  response.result(static_cast<unsigned>(page.status));
  response.set(http::field::content_type, page.content_type);
  response.body() = std::move(page.body);
  response.prepare_payload();
  if (request.method() == http::verb::head) response.body().clear();
  return response;
}

}  // namespace

struct HttpEndpoint::State {
  Clock& clock;
  tcp::acceptor acceptor;
  Serve serve;
  TaskGroup connections;

  State(asio::any_io_executor executor, Clock& given_clock, Serve given)
      : clock(given_clock), acceptor(executor), serve(std::move(given)), connections(executor) {}

  Task<void> connection(tcp::socket socket) {
    beast::tcp_stream stream(std::move(socket));
    beast::flat_buffer buffer(kMaxHeader);
    bool first = true;
    while (true) {
      http::request_parser<http::empty_body> parser;
      parser.header_limit(kMaxHeader);
      parser.body_limit(0);
      stream.expires_after(first ? kExchange : kIdle);
      first = false;
      auto [read_error, read] = co_await http::async_read(stream, buffer, parser, kAsResult);
      if (read_error) break;
      const auto response = answer(parser.get(), serve);
      stream.expires_after(kExchange);
      auto [write_error, written] = co_await http::async_write(stream, response, kAsResult);
      if (write_error || !response.keep_alive()) break;
    }
    beast::error_code ignored;
    stream.socket().shutdown(tcp::socket::shutdown_both, ignored);
  }
};

namespace {

void listen(tcp::acceptor& acceptor, const tcp::endpoint& endpoint) {
  acceptor.open(endpoint.protocol());
  ::fcntl(acceptor.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor.set_option(asio::socket_base::reuse_address(true));
  if (endpoint.address().is_v6()) acceptor.set_option(asio::ip::v6_only(false));
  acceptor.bind(endpoint);
  acceptor.listen(static_cast<int>(kMaxConnections));
}

/// Every address: IPv6 with IPv4 inside it, or IPv4 alone on machines without IPv6.
void listen_everywhere(tcp::acceptor& acceptor, std::uint16_t port) {
  try {
    listen(acceptor, {asio::ip::address_v6::any(), port});
  } catch (const boost::system::system_error& error) {
    if (error.code() != asio::error::address_family_not_supported) throw;
    listen(acceptor, {asio::ip::address_v4::any(), port});
  }
}

}  // namespace

HttpEndpoint::HttpEndpoint(asio::any_io_executor executor, Clock& clock, const ListenAddress& address, Serve serve)
    : state_(std::make_unique<State>(executor, clock, std::move(serve))) {
  try {
    if (address.host.empty()) {
      listen_everywhere(state_->acceptor, address.port);
    } else {
      listen(state_->acceptor, {asio::ip::make_address(address.host), address.port});
    }
  } catch (const boost::system::system_error& error) {
    throw std::runtime_error("cannot listen on " + address.host + ":" + std::to_string(address.port) + ": " +
                             error.code().message());
  }
}

HttpEndpoint::~HttpEndpoint() = default;

std::uint16_t HttpEndpoint::port() const { return state_->acceptor.local_endpoint().port(); }

Task<void> HttpEndpoint::run() {
  const auto cancellation = co_await asio::this_coro::cancellation_state;
  co_await asio::this_coro::throw_if_cancelled(false);
  while (cancellation.cancelled() == asio::cancellation_type::none) {
    auto [error, socket] = co_await state_->acceptor.async_accept(kAsResult);
    if (error == asio::error::operation_aborted) break;
    if (error) {  // out of descriptors, most likely: not at once again
      co_await state_->clock.sleep_for(kAcceptPause);
      continue;
    }
    ::fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
    if (state_->connections.size() >= kMaxConnections) continue;
    state_->connections.spawn("http connection", state_->connection(std::move(socket)));
  }
  state_->acceptor.close();
  state_->connections.cancel_all();
  co_await asio::this_coro::reset_cancellation_state();
  co_await state_->connections.join();
}

}  // namespace deployctl::app
