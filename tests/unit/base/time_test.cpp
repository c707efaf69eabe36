#include "base/time.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "base/clock.hpp"

namespace karbonetes {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

std::string reformat(std::string_view text) {
  const auto t = parse_rfc3339(text);
  return t ? format_rfc3339_micro(*t) : "error";
}

TEST(Rfc3339, ReadsUtcOffsetsAndFractions) {
  EXPECT_EQ(parse_rfc3339("1970-01-01T00:00:00Z").value().time_since_epoch().count(), 0);
  EXPECT_EQ(parse_rfc3339("2026-11-24T22:03:51Z").value().time_since_epoch().count(),
            1795557831000);
  EXPECT_EQ(reformat("2026-11-24T23:03:51+01:00"), "2026-11-24T22:03:51.000000Z");
  EXPECT_EQ(reformat("2026-11-24T17:33:51-04:30"), "2026-11-24T22:03:51.000000Z");
  EXPECT_EQ(reformat("2027-01-01T00:30:00+01:00"), "2026-12-31T23:30:00.000000Z");
  EXPECT_EQ(reformat("2026-11-24T22:03:51.25Z"), "2026-11-24T22:03:51.250000Z");
  EXPECT_EQ(reformat("2026-11-24T22:03:51.250999Z"), "2026-11-24T22:03:51.250000Z");
  EXPECT_EQ(reformat("2026-11-24T22:03:51.000000001+00:00"), "2026-11-24T22:03:51.000000Z");
  EXPECT_EQ(reformat("1969-12-31T23:59:59.999Z"), "1969-12-31T23:59:59.999000Z");
}

TEST(Rfc3339, KnowsLeapYears) {
  EXPECT_EQ(reformat("2028-02-29T00:00:00Z"), "2028-02-29T00:00:00.000000Z");
  EXPECT_EQ(reformat("2000-02-29T12:00:00Z"), "2000-02-29T12:00:00.000000Z");
  EXPECT_EQ(reformat("2026-02-29T00:00:00Z"), "error");
  EXPECT_EQ(reformat("1900-02-29T00:00:00Z"), "error");
  EXPECT_EQ(reformat("2100-02-29T00:00:00Z"), "error");
}

TEST(Rfc3339, RefusesWhatIsNotATime) {
  for (const std::string_view text : {"",
                                      "Z",
                                      "2026",
                                      "2026-11-24",
                                      "2026-11-24T22:03Z",
                                      "2026-11-24T22:03:51",
                                      "2026-11-24 22:03:51Z",
                                      "2026-11-24t22:03:51z",
                                      "2026-13-01T00:00:00Z",
                                      "2026-00-01T00:00:00Z",
                                      "2026-04-31T00:00:00Z",
                                      "2026-04-00T00:00:00Z",
                                      "2026-11-24T24:00:00Z",
                                      "2026-11-24T22:60:00Z",
                                      "2026-11-24T22:03:60Z",
                                      "2026-11-24T22:03:51.Z",
                                      "2026-11-24T22:03:51,5Z",
                                      "2026-11-24T22:03:51+1:00",
                                      "2026-11-24T22:03:51+24:00",
                                      "2026-11-24T22:03:51+01:60",
                                      "2026-11-24T22:03:51+0100",
                                      "2026-11-24T22:03:51Zx",
                                      " 2026-11-24T22:03:51Z",
                                      "-026-11-24T22:03:51Z",
                                      "2026-1 -24T22:03:51Z",
                                      "+2026-11-24T22:03:51Z",
                                      "12026-11-24T22:03:51Z"}) {
    const auto t = parse_rfc3339(text);
    ASSERT_FALSE(t) << text;
    EXPECT_EQ(t.error().code, Errc::Parse);
    EXPECT_NE(t.error().message.find("2026-11-24T22:03:51Z"), std::string::npos);
  }
  EXPECT_FALSE(parse_rfc3339(std::string_view("2026-11-24T22:03:5\0Z", 20)));
}

TEST(Rfc3339, OverlongTextIsRefusedAndCutInTheError) {
  const auto t = parse_rfc3339("2026-11-24T22:03:51." + std::string(100'000, '1') + "Z");
  ASSERT_FALSE(t);
  EXPECT_LT(t.error().message.size(), 250U);
}

TEST(Rfc3339, EveryDayOfFourCenturiesSurvivesTheRoundTrip) {
  TimePoint t = parse_rfc3339("1800-01-01T01:02:03Z").value();
  for (int day = 0; day < 146'097; ++day, t += hours(24)) {
    ASSERT_EQ(parse_rfc3339(format_rfc3339(t)), t);
  }
  EXPECT_EQ(format_rfc3339(t), "2200-01-01T01:02:03Z");
}

TEST(Rfc3339, WhatCannotBeWrittenIsPulledToTheEdge) {
  EXPECT_EQ(format_rfc3339(TimePoint::max()), "9999-12-31T23:59:59Z");
  EXPECT_EQ(format_rfc3339(TimePoint::min()), "0000-01-01T00:00:00Z");
  EXPECT_EQ(format_rfc3339_micro(TimePoint::max()), "9999-12-31T23:59:59.999000Z");
  EXPECT_EQ(format_rfc3339(parse_rfc3339("0000-01-01T00:00:00+10:00").value()),
            "0000-01-01T00:00:00Z");
}

TEST(Rfc3339, SecondsAreCutNotRounded) {
  EXPECT_EQ(format_rfc3339(TimePoint(Millis(1999))), "1970-01-01T00:00:01Z");
  EXPECT_EQ(format_rfc3339(TimePoint(Millis(-1))), "1969-12-31T23:59:59Z");
}

TEST(Duration, ReadsGoSyntaxAndDays) {
  EXPECT_EQ(parse_duration("8h"), Millis(hours(8)));
  EXPECT_EQ(parse_duration("1h30m"), Millis(minutes(90)));
  EXPECT_EQ(parse_duration("90s"), Millis(90'000));
  EXPECT_EQ(parse_duration("500ms"), Millis(500));
  EXPECT_EQ(parse_duration("2d"), Millis(hours(48)));
  EXPECT_EQ(parse_duration("1d12h"), Millis(hours(36)));
  EXPECT_EQ(parse_duration("0"), Millis(0));
  EXPECT_EQ(parse_duration("0s"), Millis(0));
  EXPECT_EQ(parse_duration("1.5h"), Millis(minutes(90)));
  EXPECT_EQ(parse_duration(".5h"), Millis(minutes(30)));
  EXPECT_EQ(parse_duration("1.h"), Millis(hours(1)));
  EXPECT_EQ(parse_duration("0.001s"), Millis(1));
  EXPECT_EQ(parse_duration("1.0009999s"), Millis(1000));
  EXPECT_EQ(parse_duration("1500us"), Millis(1));
  EXPECT_EQ(parse_duration("2000000ns"), Millis(2));
  EXPECT_EQ(parse_duration("1000\xC2\xB5s"), Millis(1));
  EXPECT_EQ(parse_duration("500us500us"), Millis(1)) << "only the sum is cut";
  EXPECT_EQ(parse_duration("0.33333333333333333333333333333333333d"), Millis(28'799'999));
  EXPECT_EQ(parse_duration("3650d"), Millis(hours(87'600)));
}

TEST(Duration, RefusesWhatItCannotRead) {
  for (const std::string_view text :
       {"",    "8",      "h",     "8 h", "1h 30m", " 8h",    "8h ",  "8H",
        "8x",  "1h30",   ".",     ".h",  "1..5h",  "1.5.5h", "0x8h", "1e3s",
        "P1D", "8hours", "eight", "+8h", "--8h",   "\xC2s"}) {
    const auto d = parse_duration(text);
    ASSERT_FALSE(d) << text;
    EXPECT_EQ(d.error().code, Errc::InvalidArgument);
    EXPECT_NE(d.error().message.find("\"8h\""), std::string::npos) << d.error().message;
  }
}

TEST(Duration, RefusesNegativeAndTooLong) {
  const auto negative = parse_duration("-5m");
  ASSERT_FALSE(negative);
  EXPECT_NE(negative.error().message.find("negative"), std::string::npos);
  for (const std::string_view text :
       {"99999999999999h", "3650d1ms", "3651d", "87601h", "99999999999999999999999999999999ns",
        "3650d0.1s", "2000d2000d", "9223372036854775808ns"}) {
    const auto d = parse_duration(text);
    ASSERT_FALSE(d) << text;
    EXPECT_NE(d.error().message.find("3650d"), std::string::npos) << d.error().message;
  }
  EXPECT_FALSE(parse_duration(std::string(100'000, '0') + "s"));
}

TEST(Duration, WritesTheCanonicalForm) {
  EXPECT_EQ(format_duration(Millis(0)), "0s");
  EXPECT_EQ(format_duration(hours(8)), "8h");
  EXPECT_EQ(format_duration(minutes(90)), "1h30m");
  EXPECT_EQ(format_duration(hours(36)), "36h");
  EXPECT_EQ(format_duration(Millis(45'000)), "45s");
  EXPECT_EQ(format_duration(Millis(500)), "500ms");
  EXPECT_EQ(format_duration(Millis(3'661'001)), "1h1m1s1ms");
  EXPECT_EQ(format_duration(Millis(3'601'000)), "1h1s");
  EXPECT_EQ(format_duration(-minutes(90)), "-1h30m");
  EXPECT_EQ(format_duration(Millis::min()).front(), '-');
}

TEST(Duration, WhatIsWrittenIsReadBack) {
  for (std::int64_t ms = 0; ms < 400'000'000; ms += 98'765) {
    ASSERT_EQ(parse_duration(format_duration(Millis(ms))), Millis(ms));
  }
}

TEST(ManualClockTest, MovesOnlyWhenTold) {
  ManualClock clock(TimePoint(Millis(1000)));
  EXPECT_EQ(clock.now(), TimePoint(Millis(1000)));
  clock.advance(Millis(5));
  EXPECT_EQ(clock.now(), TimePoint(Millis(1005)));
  clock.set(TimePoint(Millis(7)));
  EXPECT_EQ(clock.now(), TimePoint(Millis(7)));
}

}  // namespace
}  // namespace karbonetes
