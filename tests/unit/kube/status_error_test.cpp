#include "kube/status_error.hpp"

#include <gtest/gtest.h>

namespace deployctl::kube {
namespace {

Response status(int code, const std::string& reason, const std::string& message = "it says why") {
  return {.status = code,
          .content_type = "application/json",
          .body = R"({"kind":"Status","code":)" + std::to_string(code) + R"(,"reason":")" + reason +
                  R"(","message":")" + message + "\"}"};
}

TEST(KubeStatus, EachCodeHasItsKind) {
  EXPECT_EQ(error_of(status(400, "BadRequest")).kind, ErrorKind::Invalid);
  EXPECT_EQ(error_of(status(401, "Unauthorized")).kind, ErrorKind::Unauthorized);
  EXPECT_EQ(error_of(status(403, "Forbidden")).kind, ErrorKind::Forbidden);
  EXPECT_EQ(error_of(status(404, "NotFound")).kind, ErrorKind::NotFound);
  EXPECT_EQ(error_of(status(409, "Conflict")).kind, ErrorKind::Conflict);
  EXPECT_EQ(error_of(status(409, "AlreadyExists")).kind, ErrorKind::AlreadyExists);
  EXPECT_EQ(error_of(status(410, "Expired")).kind, ErrorKind::Gone);
  EXPECT_EQ(error_of(status(422, "Invalid")).kind, ErrorKind::Invalid);
  EXPECT_EQ(error_of(status(429, "TooManyRequests")).kind, ErrorKind::Transient);
  EXPECT_EQ(error_of(status(500, "InternalError")).kind, ErrorKind::Transient);
  EXPECT_EQ(error_of(status(503, "ServiceUnavailable")).kind, ErrorKind::Transient);
}

TEST(KubeStatus, TheMessageIsTheServersWithCodeAndReason) {
  EXPECT_EQ(error_of(status(403, "Forbidden", "user x cannot get y")).message, "user x cannot get y (403 Forbidden)");
}

TEST(KubeStatus, RetryAfterIsHandedOn) {
  Response busy = status(429, "TooManyRequests");
  busy.retry_after = std::chrono::seconds(7);
  EXPECT_EQ(error_of(busy).retry_after, std::chrono::seconds(7));
}

TEST(KubeStatus, ARetryAfterOfAnHourIsCutToTwoMinutes) {
  Response busy = status(503, "ServiceUnavailable");
  busy.retry_after = std::chrono::hours(1);
  EXPECT_EQ(error_of(busy).retry_after, std::chrono::minutes(2));
}

// fault A18
TEST(KubeStatus, AnHtmlPageGivesAShortCleanPrefix) {
  const Response page{
      .status = 502, .content_type = "text/html", .body = "<html>\r\n\x1b[31mBad\x07 gateway" + std::string(9000, 'x')};
  const Error error = error_of(page);
  EXPECT_EQ(error.kind, ErrorKind::Transient);
  EXPECT_LT(error.message.size(), 300U);
  EXPECT_EQ(error.message.find('\x1b'), std::string::npos);
  EXPECT_EQ(error.message.find('\n'), std::string::npos);
  EXPECT_NE(error.message.find("not an answer of a Kubernetes API server: status 502, text/html"), std::string::npos);
}

// fault A18
TEST(KubeStatus, InvalidJsonIsAForeignAnswerAndNoCrash) {
  EXPECT_EQ(error_of({.status = 500, .body = "{\"kind\":\"Status\",\xff"}).kind, ErrorKind::Transient);
  EXPECT_EQ(error_of({.status = 400, .body = ""}).kind, ErrorKind::Invalid);
}

// fault A17
TEST(KubeStatus, ARedirectIsAnErrorThatIsNotFollowed) {
  const Error error = error_of({.status = 302, .body = ""});
  EXPECT_EQ(error.kind, ErrorKind::Invalid);
  EXPECT_NE(error.message.find("not followed"), std::string::npos);
}

TEST(KubeStatus, AFailedPatchTestIsToldFromABrokenField) {
  const Request patch{.method = "PATCH", .content_type = "application/json-patch+json"};
  const Response test = status(422, "Invalid", "the server rejected our request due to an error in our request");
  EXPECT_TRUE(is_failed_patch_test(patch, test));
  EXPECT_FALSE(is_failed_patch_test(patch, status(422, "Invalid", "status.revision: Invalid value")));
  EXPECT_FALSE(is_failed_patch_test({.content_type = "application/merge-patch+json"}, test));
}

}  // namespace
}  // namespace deployctl::kube
