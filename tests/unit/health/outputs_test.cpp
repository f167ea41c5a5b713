#include "health/outputs.hpp"

#include <gtest/gtest.h>

namespace deployctl::health {
namespace {

const std::map<std::string, std::string> kOutputs{
    {"host", "10.0.0.5"}, {"port", "8080"}, {"odd", "${outputs.host}"}, {"text", "two words"}};

TEST(OutputsInUrls, NamesBecomeValues) {
  EXPECT_EQ(fill_in_outputs("http://${outputs.host}:${outputs.port}/healthz", kOutputs).value(),
            "http://10.0.0.5:8080/healthz");
  EXPECT_EQ(fill_in_outputs("http://web/", kOutputs).value(), "http://web/");
}

TEST(OutputsInUrls, ValueIsNotLookedAtAgain) {  // fault S23
  EXPECT_EQ(fill_in_outputs("http://${outputs.odd}/", kOutputs).value(), "http://${outputs.host}/");
}

TEST(OutputsInUrls, MissingOutputIsNamed) {
  const auto url = fill_in_outputs("http://${outputs.address}/", kOutputs);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().kind, ErrorKind::HealthCheckFailed);
  EXPECT_NE(url.error().message.find("address"), std::string::npos);
}

TEST(OutputsInUrls, ValueThatIsNoPartOfAUrlIsRefusedAndNotShown) {
  const auto url = fill_in_outputs("http://${outputs.text}/", kOutputs);
  ASSERT_FALSE(url);
  EXPECT_EQ(url.error().message.find("two words"), std::string::npos);
}

TEST(OutputsInUrls, MarkWithoutAnEndStays) {
  EXPECT_EQ(fill_in_outputs("http://web/${outputs.host", kOutputs).value(), "http://web/${outputs.host");
}

TEST(OutputsInUrls, ErrorNamesTheCheck) {
  HttpProbe probe;
  probe.request.url = "http://${outputs.none}/";
  const auto checks = fill_in_outputs({Check{.name = "page", .probe = probe}}, kOutputs);
  ASSERT_FALSE(checks);
  EXPECT_TRUE(checks.error().message.starts_with("page: ")) << checks.error().message;
}

}  // namespace
}  // namespace deployctl::health
