#include "support/fake_transport.hpp"

#include <gtest/gtest.h>

#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "base/strict_json.hpp"

namespace deployctl::support {

namespace {

class ScriptedBody final : public kube::BodyStream {
 public:
  ScriptedBody(asio::any_io_executor executor, std::vector<std::string> pieces, FakeTransport::End end)
      : executor_(std::move(executor)), pieces_(pieces.begin(), pieces.end()), end_(end) {}

  Task<Result<std::string>> read(Duration) override {
    if (!pieces_.empty()) {
      std::string piece = std::move(pieces_.front());
      pieces_.pop_front();
      co_return piece;
    }
    if (end_ == FakeTransport::End::Cut) co_return fail(ErrorKind::Transient, "answer was cut short");
    if (end_ == FakeTransport::End::Silent) co_return fail(ErrorKind::TimedOut, "nothing came");
    if (end_ == FakeTransport::End::Hang) {
      asio::steady_timer never(executor_, asio::steady_timer::time_point::max());
      co_await never.async_wait(asio::use_awaitable);
    }
    co_return std::string();
  }

 private:
  asio::any_io_executor executor_;
  std::deque<std::string> pieces_;
  FakeTransport::End end_;
};

}  // namespace

FakeTransport::Expectation& FakeTransport::Expectation::reply(int status, std::string body) {
  response.status = status;
  response.body = std::move(body);
  return *this;
}

FakeTransport::Expectation& FakeTransport::Expectation::refuse(int status, std::string reason, std::string message) {
  return reply(status, dump_json({{"kind", "Status"},
                                  {"apiVersion", "v1"},
                                  {"status", "Failure"},
                                  {"code", status},
                                  {"reason", reason},
                                  {"message", message}}));
}

FakeTransport::Expectation& FakeTransport::Expectation::retry_after(Duration wait) {
  response.retry_after = wait;
  return *this;
}

FakeTransport::Expectation& FakeTransport::Expectation::fail(http::Phase phase, ErrorKind kind, std::string message) {
  failure = http::Failure{phase, Error{kind, std::move(message)}};
  return *this;
}

FakeTransport::Expectation& FakeTransport::Expectation::stream(std::vector<std::string> body_pieces) {
  pieces = std::move(body_pieces);
  return *this;
}
FakeTransport::Expectation& FakeTransport::Expectation::then_cut() {
  end = End::Cut;
  return *this;
}
FakeTransport::Expectation& FakeTransport::Expectation::then_silent() {
  end = End::Silent;
  return *this;
}
FakeTransport::Expectation& FakeTransport::Expectation::then_hang() {
  end = End::Hang;
  return *this;
}

FakeTransport::~FakeTransport() {
  for (const Expectation& missing : script_) {
    ADD_FAILURE() << "never asked for: " << missing.method << " " << missing.target;
  }
}

FakeTransport::Expectation& FakeTransport::expect(std::string method, std::string target) {
  Expectation& added = script_.emplace_back();
  added.method = std::move(method);
  added.target = std::move(target);
  return added;
}

std::optional<FakeTransport::Expectation> FakeTransport::take(const kube::Request& request) {
  requests_.push_back(request);
  if (script_.empty()) {
    ADD_FAILURE() << "unexpected: " << request.method << " " << request.target;
    return std::nullopt;
  }
  const Expectation next = script_.front();
  if (next.method != request.method || next.target != request.target) {
    ADD_FAILURE() << "unexpected: " << request.method << " " << request.target << "\n     instead of: " << next.method
                  << " " << next.target;
    return std::nullopt;
  }
  script_.pop_front();
  return next;
}

Task<http::Attempt<kube::Response>> FakeTransport::send(kube::Request request) {
  const auto expected = take(request);
  if (!expected) co_return http::Failure{http::Phase::Handshake, Error{ErrorKind::Internal, "not in the script"}};
  if (expected->failure) co_return *expected->failure;
  co_return expected->response;
}

Task<http::Attempt<kube::StreamResponse>> FakeTransport::open(kube::Request request) {
  const auto expected = take(request);
  if (!expected) co_return http::Failure{http::Phase::Handshake, Error{ErrorKind::Internal, "not in the script"}};
  if (expected->failure) co_return *expected->failure;
  kube::StreamResponse answer{.head = expected->response};
  if (answer.head.status == 200) {
    answer.body = std::make_unique<ScriptedBody>(executor_, expected->pieces, expected->end);
  }
  co_return answer;
}

}  // namespace deployctl::support
