#include "health/probe_http.hpp"

#include <gtest/gtest.h>

#include "health/pattern.hpp"
#include "support/fake_http_client.hpp"
#include "support/run_coroutine.hpp"

namespace deployctl::health {
namespace {

HttpProbe probe(const std::string& expected_status = "200-399", std::optional<std::string> expected_body = {}) {
  HttpProbe made;
  made.request.url = "http://shop.example/healthz?token=canary";
  made.expected_status = *StatusRanges::parse(expected_status);
  made.expected_body = std::move(expected_body);
  return made;
}

TEST(HttpProbe, PassesWithAnExpectedStatus) {
  EXPECT_EQ(judge_http(probe(), ports::HttpResponse{.status = 204}),
            (Verdict{.passed = true, .message = "status 204"}));
}

TEST(HttpProbe, FailsWithAnotherStatusNamingBoth) {
  EXPECT_EQ(judge_http(probe(), ports::HttpResponse{.status = 503, .body = "x"}),
            (Verdict{.message = "status 503, expected 200-399"}));
}

TEST(HttpProbe, SearchesTheBody) {
  EXPECT_TRUE(
      judge_http(probe("200", "^ok$|\"status\": *\"up\""), ports::HttpResponse{200, "{\"status\": \"up\"}"}).passed);
  EXPECT_FALSE(judge_http(probe("200", "up"), ports::HttpResponse{200, "down"}).passed);
}

TEST(HttpProbe, ABodyIsNeverShown) {  // fault S17
  const std::string secret = "password=canary\x1b[31m<script>";
  for (const auto& verdict : {judge_http(probe("200", "nothing"), ports::HttpResponse{200, secret}),
                              judge_http(probe("200"), ports::HttpResponse{500, secret}),
                              judge_http(probe("200", "canary"), ports::HttpResponse{200, secret})}) {
    EXPECT_EQ(verdict.message.find("canary"), std::string::npos) << verdict.message;
  }
}

TEST(HttpProbe, AGreedyPatternIsLinear) {  // fault S19
  const std::string body(64U * 1024, 'a');
  EXPECT_FALSE(judge_http(probe("200", "(a+)+$x"), ports::HttpResponse{200, body + "!"}).passed);
  EXPECT_TRUE(judge_http(probe("200", "(a+)+$"), ports::HttpResponse{200, body}).passed);
}

TEST(HttpProbe, BytesThatAreNoTextAreOnlyCompared) {
  EXPECT_TRUE(found_in(std::string("\xff\0ok", 4), "ok"));
  EXPECT_FALSE(found_in("x", "("));
}

TEST(HttpProbe, IsTriedAgainAfterWhatMayPass) {
  EXPECT_EQ(judge_http(probe(), fail(ErrorKind::Transient, "connection refused")),
            (Verdict{.message = "connection refused", .retryable = true}));
  EXPECT_TRUE(judge_http(probe(), fail(ErrorKind::TimedOut, "no answer")).retryable);
}

TEST(HttpProbe, IsNotTriedAgainWhenTheAddressIsForbiddenOrTheUrlIsNone) {  // fault S14
  EXPECT_FALSE(judge_http(probe(), fail(ErrorKind::AccessDenied, "169.254.169.254 is link-local")).retryable);
  EXPECT_FALSE(judge_http(probe(), fail(ErrorKind::Invalid, "no scheme")).retryable);
}

TEST(HttpProbe, SendsThePreparedRequest) {
  support::FakeHttpClient client;
  client.answers[probe().request.url] = {ports::HttpResponse{.status = 200}};
  EXPECT_TRUE(support::run_coroutine(probe_http(client, probe())).passed);
  ASSERT_EQ(client.requests.size(), 1U);
}

}  // namespace
}  // namespace deployctl::health
