#include "health/status_ranges.hpp"

#include <gtest/gtest.h>

namespace deployctl::health {
namespace {

TEST(StatusRanges, HoldRangesAndSingleCodes) {
  const auto ranges = StatusRanges::parse("200-399, 418");
  ASSERT_TRUE(ranges.has_value());
  for (const int status : {200, 301, 399, 418}) EXPECT_TRUE(ranges->contains(status)) << status;
  for (const int status : {0, 199, 400, 417, 419, 500}) EXPECT_FALSE(ranges->contains(status)) << status;
}

TEST(StatusRanges, JunkIsRefusedNamingItAndTheForm) {
  for (const char* text : {"", ",", "200,", "abc", "2xx", "99", "600", "399-200", "200-", "-200", "200-300-400",
                           "200 300", "+200", "٢٠٠", "200;204", "99999999999999999999"}) {
    const auto ranges = StatusRanges::parse(text);
    ASSERT_FALSE(ranges.has_value()) << text;
    EXPECT_EQ(ranges.error().kind, ErrorKind::Invalid);
    EXPECT_NE(ranges.error().message.find("200-399,418"), std::string::npos);
  }
}

}  // namespace
}  // namespace deployctl::health
