#include "health/check.hpp"

#include <gtest/gtest.h>

namespace deployctl::health {
namespace {

constexpr std::string_view kField = "spec.health.post[api]";

api::HealthCheck http_check() { return {.name = "api", .http = api::HttpCheck{.url = "http://shop.example/healthz"}}; }

std::string refusal(const api::HealthCheck& check) {
  const auto prepared = prepare_check(kField, check, {});
  EXPECT_FALSE(prepared.has_value());
  return prepared ? "" : prepared.error().message;
}

TEST(PrepareCheck, AnHttpCheckBecomesARequestWithItsDeadline) {
  auto check = http_check();
  check.http->method = "HEAD";
  check.http->insecure_skip_verify = true;
  check.timeout = std::chrono::seconds(7);
  const auto prepared = prepare_check(kField, check, {.headers = {{"X-A", "1"}}, .ca_pem = "PEM"});
  ASSERT_TRUE(prepared.has_value());
  EXPECT_EQ(type_of(*prepared), "http");
  const auto& request = std::get<HttpProbe>(prepared->probe).request;
  EXPECT_EQ(request.method, "HEAD");
  EXPECT_EQ(request.url, "http://shop.example/healthz");
  EXPECT_EQ(request.timeout, std::chrono::seconds(7));
  EXPECT_EQ(request.headers.size(), 1U);
  EXPECT_EQ(request.ca_pem, "PEM");
  EXPECT_TRUE(request.insecure_skip_verify);
  EXPECT_EQ(request.max_body, 64U * 1024);
}

TEST(PrepareCheck, ACommandGetsItsArgumentsLiterallyAndItsEnvironment) {  // fault S1
  const std::vector<std::string> argv{"check", "; touch canary", "$(touch canary)", "a\nb"};
  const auto prepared =
      prepare_check(kField, {.name = "c", .command = api::CommandCheck{.command = argv}}, {.env = {{"A", "1"}}});
  ASSERT_TRUE(prepared.has_value());
  EXPECT_EQ(type_of(*prepared), "command");
  const auto& command = std::get<CommandProbe>(prepared->probe).command;
  EXPECT_EQ(command.argv, argv);
  EXPECT_EQ(command.env, (std::map<std::string, std::string>{{"A", "1"}}));
}

TEST(PrepareCheck, ATcpCheckHasAHostAndAPort) {
  const auto prepared = prepare_check(kField, {.name = "db", .tcp = api::TcpCheck{.host = "db", .port = 5432}}, {});
  ASSERT_TRUE(prepared.has_value());
  EXPECT_EQ(type_of(*prepared), "tcp");
  EXPECT_EQ(std::get<TcpProbe>(prepared->probe).port, 5432);
}

TEST(PrepareCheck, RefusesAStatusThatIsNone) {
  auto check = http_check();
  check.http->expected_status = "2xx";
  EXPECT_TRUE(refusal(check).starts_with("spec.health.post[api].http.expectedStatus: \"2xx\""));
}

TEST(PrepareCheck, RefusesAPatternThatIsNone) {
  auto check = http_check();
  check.http->expected_body = "(";
  EXPECT_TRUE(refusal(check).starts_with("spec.health.post[api].http.expectedBody: \"(\" is not an RE2 pattern"));
}

TEST(PrepareCheck, RefusesPortsThatAreNone) {
  for (const std::int64_t port : {std::int64_t{0}, std::int64_t{-1}, std::int64_t{65536}, std::int64_t{65536 + 80}}) {
    EXPECT_NE(refusal({.name = "db", .tcp = api::TcpCheck{.host = "db", .port = port}}).find("is not a port"),
              std::string::npos);
  }
  EXPECT_FALSE(refusal({.name = "db", .tcp = api::TcpCheck{.host = "", .port = 1}}).empty());
}

TEST(PrepareCheck, RefusesACommandThatIsAnOptionOrNothing) {  // fault S2
  EXPECT_NE(refusal({.command = api::CommandCheck{{"--kubeconfig=x"}}}).find("begins with \"-\""), std::string::npos);
  EXPECT_FALSE(refusal({.command = api::CommandCheck{{}}}).empty());
  EXPECT_FALSE(refusal({.command = api::CommandCheck{{""}}}).empty());
}

TEST(PrepareCheck, RefusesNoneOrTwoOfTheKinds) {  // fault I6
  EXPECT_EQ(refusal({.name = "x"}), "spec.health.post[api]: set exactly one of http, tcp and command");
  auto both = http_check();
  both.tcp = api::TcpCheck{.host = "db", .port = 1};
  EXPECT_EQ(refusal(both), "spec.health.post[api]: set exactly one of http, tcp and command");
}

}  // namespace
}  // namespace deployctl::health
