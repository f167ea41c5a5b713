#include "base/ulid.hpp"

#include <gtest/gtest.h>

#include <set>

#include "base/random.hpp"

namespace deployctl {
namespace {

WallTime at(std::int64_t milliseconds) { return WallTime(Duration(milliseconds)); }

// The time part is the specification's own example: 1469918176385 is 01ARYZ6S41.
TEST(Ulid, TheTimeIsWrittenAsTheSpecificationSays) {
  EXPECT_EQ(make_ulid(at(1'469'918'176'385), std::string(10, '\0')), "01ARYZ6S410000000000000000");
}

TEST(Ulid, AllBitsOfTheEntropyAreInIt) {
  EXPECT_EQ(make_ulid(at(0), std::string(10, '\xFF')), "0000000000ZZZZZZZZZZZZZZZZ");
  EXPECT_EQ(make_ulid(at(0), std::string(9, '\0') + '\x01'), "00000000000000000000000001");
}

TEST(Ulid, IdsSortByTheTimeTheyWereMade) {
  EXPECT_LT(make_ulid(at(1'000), std::string(10, '\xFF')), make_ulid(at(1'001), std::string(10, '\0')));
}

TEST(Ulid, TellsWhenItWasMade) {
  EXPECT_EQ(time_of_ulid(make_ulid(at(1'469'918'176'385), random_bytes(10))), at(1'469'918'176'385));
  EXPECT_EQ(time_of_ulid(make_ulid(at((1LL << 48) - 1), random_bytes(10))), at((1LL << 48) - 1));
}

TEST(Ulid, OtherTextTellsNoTime) {
  for (const char* text : {"", "01ARYZ6S41", "01ARYZ6S41000000000000000I", "01aryz6s410000000000000000",
                           "81ARYZ6S410000000000000000", "01ARYZ6S4100000000000000000"})
    EXPECT_FALSE(time_of_ulid(text)) << text;
}

TEST(RandomBytes, AreAsManyAsAskedAndNeverTheSame) {
  std::set<std::string> seen;
  for (int i = 0; i < 1'000; ++i) seen.insert(random_bytes(10));
  EXPECT_EQ(seen.size(), 1'000U);
  EXPECT_EQ(seen.begin()->size(), 10U);
}

}  // namespace
}  // namespace deployctl
