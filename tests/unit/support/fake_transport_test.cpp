#include "support/fake_transport.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

kube::Request get(std::string target) { return {.verb = "get", .target = std::move(target)}; }

TEST(FakeTransport, AnswersTheExpectedRequests) {
  asio::io_context loop(1);
  FakeTransport api(loop.get_executor());
  api.expect("GET", "/a").reply(200, "first");
  api.expect("GET", "/b").refuse(404, "NotFound");
  EXPECT_EQ(run_coroutine(loop, api.send(get("/a")))->body, "first");
  EXPECT_EQ(run_coroutine(loop, api.send(get("/b")))->status, 404);
  EXPECT_TRUE(api.done());
}

TEST(FakeTransport, FailsTheTestOnAnUnexpectedRequest) {
  asio::io_context loop(1);
  FakeTransport api(loop.get_executor());
  EXPECT_NONFATAL_FAILURE(static_cast<void>(run_coroutine(loop, api.send(get("/other")))), "unexpected: GET /other");
}

TEST(FakeTransport, FailsTheTestWhenSomethingWasNeverAskedFor) {
  asio::io_context loop(1);
  auto api = std::make_unique<FakeTransport>(loop.get_executor());
  api->expect("GET", "/a");
  EXPECT_NONFATAL_FAILURE(api.reset(), "never asked for: GET /a");
}

TEST(FakeTransport, StreamsPiecesAndThenCuts) {
  asio::io_context loop(1);
  FakeTransport api(loop.get_executor());
  api.expect("GET", "/watch").stream({"one", "two"}).then_cut();
  auto opened = run_coroutine(loop, api.open(get("/watch")));
  EXPECT_EQ(run_coroutine(loop, opened->body->read(Duration(1))).value(), "one");
  EXPECT_EQ(run_coroutine(loop, opened->body->read(Duration(1))).value(), "two");
  EXPECT_EQ(run_coroutine(loop, opened->body->read(Duration(1))).error().kind, ErrorKind::Transient);
}

}  // namespace
}  // namespace deployctl::support
