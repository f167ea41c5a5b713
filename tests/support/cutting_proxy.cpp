#include "support/cutting_proxy.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace deployctl::support {

namespace {

constexpr auto as_result = asio::as_tuple(asio::use_awaitable);
using asio::ip::tcp;

tcp::endpoint loopback(std::uint16_t port) { return {asio::ip::address_v4::loopback(), port}; }

}  // namespace

struct CuttingProxy::Pair {
  tcp::socket client;
  tcp::socket server;
  void close() {
    boost::system::error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
};

CuttingProxy::CuttingProxy(asio::io_context& io, std::uint16_t target)
    : io_(io), target_(target), acceptor_(io, loopback(0)), group_(io.get_executor()) {
  port_ = acceptor_.local_endpoint().port();
  group_.spawn("accept", accept());
}

CuttingProxy::~CuttingProxy() {
  cut();
  io_.restart();
  io_.poll();
}

void CuttingProxy::cut() {
  boost::system::error_code ignored;
  acceptor_.close(ignored);
  for (const auto& weak : pairs_)
    if (const auto pair = weak.lock()) pair->close();
  pairs_.clear();
}

void CuttingProxy::mend() {
  acceptor_ = tcp::acceptor(io_, loopback(port_));
  group_.spawn("accept", accept());
}

Task<void> CuttingProxy::accept() {
  while (acceptor_.is_open()) {
    auto [error, client] = co_await acceptor_.async_accept(as_result);
    if (error) co_return;
    auto pair = std::make_shared<Pair>(Pair{std::move(client), tcp::socket(io_)});
    pairs_.push_back(pair);
    group_.spawn("relay", relay(pair));
  }
}

Task<void> CuttingProxy::relay(std::shared_ptr<Pair> pair) {
  const auto [error] = co_await pair->server.async_connect(loopback(target_), as_result);
  if (error) {
    pair->close();
    co_return;
  }
  group_.spawn("down", pump(pair, false));
  co_await pump(pair, true);
}

Task<void> CuttingProxy::pump(std::shared_ptr<Pair> pair, bool upwards) {
  tcp::socket& from = upwards ? pair->client : pair->server;
  tcp::socket& to = upwards ? pair->server : pair->client;
  std::array<char, 16384> bytes{};
  while (true) {
    const auto [read_error, count] = co_await from.async_read_some(asio::buffer(bytes), as_result);
    if (read_error) break;
    const auto [write_error, written] = co_await asio::async_write(to, asio::buffer(bytes, count), as_result);
    if (write_error) break;
  }
  pair->close();
}

}  // namespace deployctl::support
