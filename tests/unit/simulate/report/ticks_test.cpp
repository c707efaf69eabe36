#include "simulate/report/ticks.hpp"

#include <gmock/gmock.h>

#include <limits>

namespace karbonetes::simulate {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> labels(const std::vector<Tick>& ticks) {
  std::vector<std::string> out;
  out.reserve(ticks.size());
  for (const Tick& tick : ticks) out.push_back(tick.label);
  return out;
}

std::vector<std::string> between(const char* from, const char* until, int most = 12) {
  return labels(time_ticks(*parse_rfc3339(from), *parse_rfc3339(until), most));
}

TEST(TimeTicks, HoursOfADay) {
  EXPECT_THAT(between("2026-03-02T05:30:00Z", "2026-03-03T02:00:00Z", 8),
              ElementsAre("Mar 2, 06:00", "09:00", "12:00", "15:00", "18:00", "21:00", "Mar 3"));
}

TEST(TimeTicks, DaysBeginAtMidnightUtc) {
  EXPECT_THAT(between("2026-02-26T12:00:00Z", "2026-03-03T12:00:00Z", 6),
              ElementsAre("Feb 27", "Feb 28", "Mar 1", "Mar 2", "Mar 3"));
  const auto ticks =
      time_ticks(*parse_rfc3339("2026-02-26T12:00:00Z"), *parse_rfc3339("2026-03-03T12:00:00Z"), 6);
  EXPECT_EQ(static_cast<std::int64_t>(ticks[0].at),
            parse_rfc3339("2026-02-27T00:00:00Z")->time_since_epoch().count());
}

TEST(TimeTicks, TwoWeeks) {
  EXPECT_THAT(
      between("2026-01-05T00:00:00Z", "2026-01-19T00:00:00Z"),
      ElementsAre("Jan 5", "Jan 7", "Jan 9", "Jan 11", "Jan 13", "Jan 15", "Jan 17", "Jan 19"));
}

TEST(TimeTicks, MonthsAndYears) {
  EXPECT_THAT(between("2019-12-15T00:00:00Z", "2020-12-31T00:00:00Z", 4),
              ElementsAre("Jan 2020", "Apr 2020", "Jul 2020", "Oct 2020"));
  EXPECT_THAT(between("2001-02-01T00:00:00Z", "2026-01-01T00:00:00Z", 6),
              ElementsAre("Jan 2005", "Jan 2010", "Jan 2015", "Jan 2020", "Jan 2025"));
}

TEST(TimeTicks, NeverMoreThanWanted) {
  const TimePoint from = *parse_rfc3339("1970-01-01T00:17:00Z");
  for (Millis length = std::chrono::minutes(1); length < std::chrono::hours(24 * 365 * 500);
       length = length * 3 / 2) {
    EXPECT_LE(time_ticks(from, from + length, 12).size(), 13U) << format_duration(length);
  }
  EXPECT_THAT(time_ticks(from, from - std::chrono::hours(1)), IsEmpty());
}

TEST(HourTicks, DivideADay) {
  EXPECT_THAT(labels(hour_ticks(24, 8)),
              ElementsAre("0 h", "3 h", "6 h", "9 h", "12 h", "15 h", "18 h", "21 h", "24 h"));
  EXPECT_THAT(labels(hour_ticks(1, 4)), ElementsAre("0 h", "0.25 h", "0.5 h", "0.75 h", "1 h"));
  EXPECT_THAT(labels(hour_ticks(8.5, 4)), ElementsAre("0 h", "3 h", "6 h"));
  EXPECT_LE(hour_ticks(1e9).size(), 13U);
  for (const double odd : {0.0, -1.0, std::numeric_limits<double>::quiet_NaN(),
                           std::numeric_limits<double>::infinity()})
    EXPECT_THAT(hour_ticks(odd), IsEmpty());
}

}  // namespace
}  // namespace karbonetes::simulate
