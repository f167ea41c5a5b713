#include "history/gzip.hpp"

#include <gtest/gtest.h>

namespace deployctl::history {
namespace {

TEST(Gzip, GivesBackWhatItTook) {
  const std::string bytes = std::string("a\0b\xff", 4) + std::string(200'000, 'x');
  EXPECT_EQ(gunzip(gzip(bytes), 1'000'000), bytes);
  EXPECT_EQ(gunzip(gzip(""), 10), "");
}

TEST(Gzip, OfEqualInputIsEqual) { EXPECT_EQ(gzip("same"), gzip("same")); }

TEST(Gzip, StopsAtTheCapInsteadOfFillingMemory) {
  const std::string bomb = gzip(std::string(20U * 1024 * 1024, '\0'));
  ASSERT_LT(bomb.size(), 50'000U);
  const auto unpacked = gunzip(bomb, 1024 * 1024);
  ASSERT_FALSE(unpacked.has_value());
  EXPECT_EQ(unpacked.error().message, "unpacks to more than 1048576 bytes");
}

TEST(Gzip, RefusesWhatIsCutOffOrNoGzip) {
  const std::string whole = gzip("some text that is long enough to be cut");
  EXPECT_FALSE(gunzip(whole.substr(0, whole.size() / 2), 1000).has_value());
  EXPECT_FALSE(gunzip("plain text", 1000).has_value());
  EXPECT_FALSE(gunzip("", 1000).has_value());
}

}  // namespace
}  // namespace deployctl::history
