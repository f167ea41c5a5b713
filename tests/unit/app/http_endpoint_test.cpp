#include "app/http_endpoint.hpp"

#include <gtest/gtest.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include "support/run_coroutine.hpp"

namespace deployctl::app {
namespace {

using tcp = asio::ip::tcp;

/// Sends `request` and returns everything that comes back until the server closes.
Task<std::string> exchange(HttpEndpoint& endpoint, TaskGroup& group, asio::any_io_executor executor,
                           std::string request) {
  TaskHandle server = group.spawn("endpoint", endpoint.run());
  tcp::socket socket(executor);
  co_await socket.async_connect({asio::ip::make_address("127.0.0.1"), endpoint.port()}, asio::use_awaitable);
  co_await asio::async_write(socket, asio::buffer(request), asio::use_awaitable);
  std::string answer;
  boost::system::error_code end;
  co_await asio::async_read(socket, asio::dynamic_buffer(answer), asio::redirect_error(asio::use_awaitable, end));
  server.cancel();
  co_await group.join();
  co_return answer;
}

std::string ask(const std::string& request) {
  asio::io_context loop(1);
  SystemClock clock(loop.get_executor());
  TaskGroup group(loop.get_executor());
  HttpEndpoint endpoint(
      loop.get_executor(), clock, {.host = "127.0.0.1", .port = 0},
      [](const std::string& path, const std::string& query) { return Page{.body = path + "|" + query}; });
  return support::run_coroutine(loop, exchange(endpoint, group, loop.get_executor(), request));
}

TEST(HttpEndpoint, ServesAPathWithoutItsQuery) {
  const std::string answer = ask("GET /readyz?verbose HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
  EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK"));
  EXPECT_TRUE(answer.ends_with("/readyz|verbose"));
}

TEST(HttpEndpoint, RefusesOtherMethods) {
  EXPECT_TRUE(
      ask("POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").starts_with("HTTP/1.1 405"));
}

TEST(HttpEndpoint, AHeaderThatDoesNotEndIsCutOff) {
  EXPECT_EQ(ask("GET / HTTP/1.1\r\nX: " + std::string(64 * 1024, 'a')), "");
}

TEST(HttpEndpoint, AnAddressThatIsTakenIsAStartUpFailureThatNamesIt) {
  asio::io_context loop(1);
  SystemClock clock(loop.get_executor());
  const auto serve = [](const std::string&, const std::string&) { return Page{}; };
  HttpEndpoint first(loop.get_executor(), clock, {.host = "127.0.0.1", .port = 0}, serve);
  try {
    HttpEndpoint second(loop.get_executor(), clock, {.host = "127.0.0.1", .port = first.port()}, serve);
    FAIL() << "the address was bound twice";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("cannot listen on 127.0.0.1:" + std::to_string(first.port())),
              std::string::npos);
  }
}

}  // namespace
}  // namespace deployctl::app
