#include "support/fake_http_client.hpp"

#include <gtest/gtest.h>

#include "support/run_coroutine.hpp"

namespace deployctl::support {
namespace {

Result<ports::HttpResponse> ask(FakeHttpClient& client, const std::string& url) {
  return run_coroutine(client.send({.url = url}));
}

TEST(FakeHttpClient, AnswersInTurnAndThenForEverTheLast) {
  FakeHttpClient client;
  client.answers["a"] = {fail(ErrorKind::Transient, "refused"), ports::HttpResponse{.status = 503}};
  EXPECT_FALSE(ask(client, "a").has_value());
  EXPECT_EQ(ask(client, "a")->status, 503);
  EXPECT_EQ(ask(client, "a")->status, 503);
}

TEST(FakeHttpClient, AnswersTwoHundredWhenNothingIsArranged) {
  FakeHttpClient client;
  EXPECT_EQ(ask(client, "b")->status, 200);
  ASSERT_EQ(client.requests.size(), 1U);
  EXPECT_EQ(client.requests.front().url, "b");
}

}  // namespace
}  // namespace deployctl::support
