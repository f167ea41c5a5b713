#include "base/duration.hpp"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

using namespace std::chrono_literals;

TEST(Duration, EveryUnitIsReadAndAdded) {
  EXPECT_EQ(parse_duration("250ms").value(), 250ms);
  EXPECT_EQ(parse_duration("90s").value(), 90s);
  EXPECT_EQ(parse_duration("5m").value(), 5min);
  EXPECT_EQ(parse_duration("1h30m").value(), 90min);
  EXPECT_EQ(parse_duration("30m1h").value(), 90min);
}

TEST(Duration, AFractionIsOfItsUnit) {
  EXPECT_EQ(parse_duration("1.5s").value(), 1500ms);
  EXPECT_EQ(parse_duration("0.25h").value(), 15min);
}

TEST(Duration, TheLongestIsSevenHundredAndTwentyHours) {
  EXPECT_EQ(parse_duration("720h").value(), 720h);
  EXPECT_FALSE(parse_duration("720h1ms"));
  EXPECT_FALSE(parse_duration("719h60m1s"));
}

// fault I3
TEST(Duration, WhatIsNoDurationIsRefused) {
  for (const std::string_view text :
       {"",    "10",  "-5m",   "+5m", "1d",   "1w",  "9999999h", "99999999999999999999999h",
        "5 m", " 5m", "5m ",   "m",   ".5s",  "1.s", "1..5s",    "1.5.5s",
        "5M",  "5us", "1h-5m", "١٠s", "5m\n", "1e3s"}) {
    EXPECT_FALSE(parse_duration(text)) << text;
  }
  EXPECT_FALSE(parse_duration(std::string_view("5m\0", 3)));
}

// fault I3
TEST(Duration, ATextOfTenMegabytesIsRefusedWithAShortMessage) {
  const auto refused = parse_duration(std::string(10'000'000, '1') + "s");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::Invalid);
  EXPECT_LT(refused.error().message.size(), 256U);
}

TEST(Duration, ARefusalNamesTheTextAndWhatIsAccepted) {
  const auto refused = parse_duration("1d");
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("1d"), std::string::npos);
  EXPECT_NE(refused.error().message.find("1h30m"), std::string::npos);
}

TEST(Duration, IsWrittenAsPeopleWriteIt) {
  EXPECT_EQ(format_duration(0ms), "0s");
  EXPECT_EQ(format_duration(90s), "1m30s");
  EXPECT_EQ(format_duration(1h + 30min), "1h30m");
  EXPECT_EQ(format_duration(250ms), "250ms");
}

RC_GTEST_PROP(Duration, WhatIsWrittenReadsBackAsItWas, ()) {
  const Duration duration(*rc::gen::inRange<Duration::rep>(0, kMaxDuration.count() + 1));
  RC_ASSERT(parse_duration(format_duration(duration)).value() == duration);
}

RC_GTEST_PROP(Duration, NoTextBreaksTheParser, (const std::string& text)) {
  const auto parsed = parse_duration(text);
  if (parsed) RC_ASSERT(*parsed <= kMaxDuration && *parsed >= 0ms);
}

}  // namespace
}  // namespace deployctl
