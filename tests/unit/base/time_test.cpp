#include "base/time.hpp"

#include <gtest/gtest.h>

#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

namespace deployctl {
namespace {

using namespace std::chrono_literals;

constexpr WallTime kEvening = std::chrono::sys_days(std::chrono::year(2026) / 11 / 23) + 20h + 45min + 17s + 123ms;

TEST(Rfc3339, IsWrittenInWholeSecondsOrMicroseconds) {
  EXPECT_EQ(format_rfc3339(kEvening), "2026-11-23T20:45:17Z");
  EXPECT_EQ(format_rfc3339_micro(kEvening), "2026-11-23T20:45:17.123000Z");
}

TEST(Rfc3339, TimesBeforeTheEpochAreWrittenToo) {
  EXPECT_EQ(format_rfc3339_micro(WallTime(-1ms)), "1969-12-31T23:59:59.999000Z");
}

TEST(Rfc3339, EveryFormThatServersSendIsRead) {
  EXPECT_EQ(parse_rfc3339("2026-11-23T20:45:17Z"), kEvening - 123ms);
  EXPECT_EQ(parse_rfc3339("2026-11-23T20:45:17.123Z"), kEvening);
  EXPECT_EQ(parse_rfc3339("2026-11-23T20:45:17.123999999Z"), kEvening);
  EXPECT_EQ(parse_rfc3339("2026-11-23T22:15:17.123+01:30"), kEvening);
  EXPECT_EQ(parse_rfc3339("2026-11-23T15:45:17.123-05:00"), kEvening);
}

TEST(Rfc3339, WhatIsNoTimeIsNotRead) {
  for (const std::string_view text :
       {"", "now", "2026-11-23", "2026-11-23 20:45:17Z", "2026-11-23T20:45:17", "2026-11-23T20:45Z",
        "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z", "2026-11-23T24:00:00Z", "2026-11-23T20:60:00Z",
        "2026-11-23T20:45:17.Z", "2026-11-23T20:45:17+1:00", "2026-11-23T20:45:17+24:00", "2026-11-23T20:45:17Zx",
        "-026-11-23T20:45:17Z"}) {
    EXPECT_EQ(parse_rfc3339(text), std::nullopt) << text;
  }
}

RC_GTEST_PROP(Rfc3339, WhatIsWrittenReadsBackAsItWas, ()) {
  const WallTime time{Duration(*rc::gen::inRange<Duration::rep>(0, 4'000'000'000'000))};
  RC_ASSERT(parse_rfc3339(format_rfc3339_micro(time)) == time);
}

RC_GTEST_PROP(Rfc3339, NoTextBreaksTheParser, (const std::string& text)) { parse_rfc3339(text); }

}  // namespace
}  // namespace deployctl
