#include "carbon/windows.hpp"

#include <date/tz.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace karbonetes::carbon {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using ::testing::HasSubstr;

TimePoint at(std::string_view text) { return parse_rfc3339(text).value(); }

TimeOfDay clock_time(std::string_view text) { return parse_time_of_day(text).value(); }

GreenWindow window(std::string_view start, std::string_view end, std::vector<int> on = {}) {
  return {std::move(on), clock_time(start), clock_time(end)};
}

WindowSchedule schedule(std::vector<GreenWindow> windows, std::string zone = "UTC") {
  return WindowSchedule::make(std::move(windows), std::move(zone)).value();
}

std::string text(const Interval& i) {
  return format_rfc3339(i.start) + "/" + format_rfc3339(i.end);
}

std::string next(const WindowSchedule& s, std::string_view t) {
  const auto interval = s.current_or_next(at(t));
  return interval ? text(*interval) : "none";
}

std::vector<std::string> all(const WindowSchedule& s, std::string_view from, std::string_view to) {
  std::vector<std::string> out;
  for (const auto& i : s.between(at(from), at(to))) out.push_back(text(i));
  return out;
}

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(Windows, WithinOneDay) {
  const auto s = schedule({window("10:00", "14:00")});
  EXPECT_FALSE(s.green_at(at("2026-11-24T09:59:59.999Z")));
  EXPECT_TRUE(s.green_at(at("2026-11-24T10:00:00Z")));
  EXPECT_TRUE(s.green_at(at("2026-11-24T13:59:59.999Z")));
  EXPECT_FALSE(s.green_at(at("2026-11-24T14:00:00Z")));
  EXPECT_EQ(next(s, "2026-11-24T09:00:00Z"), "2026-11-24T10:00:00Z/2026-11-24T14:00:00Z");
  EXPECT_EQ(next(s, "2026-11-24T12:00:00Z"), "2026-11-24T10:00:00Z/2026-11-24T14:00:00Z");
  EXPECT_EQ(next(s, "2026-11-24T14:00:00Z"), "2026-11-25T10:00:00Z/2026-11-25T14:00:00Z");
}

TEST(Windows, AcrossMidnightBelongsToTheDayItStartsOn) {
  const auto s = schedule({window("22:00", "06:00", {5})});  // Friday
  EXPECT_TRUE(s.green_at(at("2026-11-27T23:00:00Z")));
  EXPECT_TRUE(s.green_at(at("2026-11-28T05:59:00Z")));
  EXPECT_FALSE(s.green_at(at("2026-11-28T06:00:00Z")));
  EXPECT_FALSE(s.green_at(at("2026-11-27T05:00:00Z")));
  EXPECT_FALSE(s.green_at(at("2026-11-28T23:00:00Z")));
  EXPECT_EQ(next(s, "2026-11-28T06:00:00Z"), "2026-12-04T22:00:00Z/2026-12-05T06:00:00Z");
}

TEST(Windows, SundayNightRunsIntoMonday) {
  const auto s = schedule({window("23:00", "01:30", {7})});
  EXPECT_EQ(next(s, "2026-11-30T01:00:00Z"), "2026-11-29T23:00:00Z/2026-11-30T01:30:00Z");
  EXPECT_EQ(next(s, "2026-11-30T01:30:00Z"), "2026-12-06T23:00:00Z/2026-12-07T01:30:00Z");
}

TEST(Windows, TwentyFourHundredIsTheEndOfTheDay) {
  const auto s = schedule({window("20:00", "24:00", {2})});
  EXPECT_EQ(next(s, "2026-11-24T23:59:59Z"), "2026-11-24T20:00:00Z/2026-11-25T00:00:00Z");
  EXPECT_FALSE(s.green_at(at("2026-11-25T00:00:00Z")));
  EXPECT_FALSE(WindowSchedule::make({window("24:00", "06:00")}, "UTC"));
}

TEST(Windows, EndBeforeOrAtTheStartIsTomorrow) {
  const auto s = schedule({window("06:00", "06:00", {1})});
  EXPECT_EQ(next(s, "2026-11-23T07:00:00Z"), "2026-11-23T06:00:00Z/2026-11-24T06:00:00Z");
  const auto midnight = schedule({window("00:00", "00:00", {1})});
  EXPECT_EQ(next(midnight, "2026-11-23T07:00:00Z"), "2026-11-23T00:00:00Z/2026-11-24T00:00:00Z");
}

TEST(Windows, OverlappingAndAdjoiningMerge) {
  const auto s =
      schedule({window("02:00", "04:00"), window("01:00", "02:00"), window("03:00", "05:00"),
                window("03:30", "03:40"), window("05:01", "06:00")});
  EXPECT_EQ(next(s, "2026-11-24T00:00:00Z"), "2026-11-24T01:00:00Z/2026-11-24T05:00:00Z");
  EXPECT_EQ(next(s, "2026-11-24T05:00:00Z"), "2026-11-24T05:01:00Z/2026-11-24T06:00:00Z");
}

TEST(Windows, MergeAcrossTheWeeksEnd) {
  const auto s = schedule({window("20:00", "24:00", {7}), window("00:00", "03:00", {1}),
                           window("02:00", "05:00", {1})});
  EXPECT_EQ(next(s, "2026-11-29T21:00:00Z"), "2026-11-29T20:00:00Z/2026-11-30T05:00:00Z");
  EXPECT_EQ(next(s, "2026-11-30T04:00:00Z"), "2026-11-29T20:00:00Z/2026-11-30T05:00:00Z");
  EXPECT_EQ(next(s, "2026-11-30T05:00:00Z"), "2026-12-06T20:00:00Z/2026-12-07T05:00:00Z");
}

TEST(Windows, WholeWeekendIsOneInterval) {
  const auto s = schedule({window("00:00", "24:00", {6, 7})});
  EXPECT_EQ(next(s, "2026-11-25T00:00:00Z"), "2026-11-28T00:00:00Z/2026-11-30T00:00:00Z");
}

TEST(Windows, AlwaysGreenIsCutAtEightDays) {
  for (const auto& s : {schedule({window("00:00", "24:00")}), schedule({window("12:00", "12:00")}),
                        schedule({window("00:00", "12:00"), window("12:00", "00:00")})}) {
    EXPECT_EQ(next(s, "2026-11-24T10:00:00Z"), "2026-11-24T10:00:00Z/2026-12-02T10:00:00Z");
    EXPECT_TRUE(s.green_at(at("2026-11-24T10:00:00Z")));
    EXPECT_THAT(all(s, "2026-11-24T10:00:00Z", "2027-11-24T10:00:00Z"),
                ElementsAre("2026-11-24T10:00:00Z/2027-11-24T10:00:00Z"));
  }
  const auto almost =
      schedule({window("00:00", "23:59", {1}), window("00:00", "24:00", {2, 3, 4, 5, 6, 7})});
  EXPECT_EQ(next(almost, "2026-11-24T10:00:00Z"), "2026-11-24T00:00:00Z/2026-11-30T23:59:00Z");
}

TEST(Windows, NoWindowIsNeverGreen) {
  for (const auto& s : {WindowSchedule(), schedule({})}) {
    EXPECT_TRUE(s.empty());
    EXPECT_FALSE(s.green_at(at("2026-11-24T10:00:00Z")));
    EXPECT_EQ(next(s, "2026-11-24T10:00:00Z"), "none");
    EXPECT_THAT(all(s, "2026-11-24T10:00:00Z", "2027-11-24T10:00:00Z"), IsEmpty());
  }
}

TEST(Windows, BetweenClipsAndOrders) {
  const auto s = schedule({window("22:00", "06:00")});
  EXPECT_THAT(all(s, "2026-11-24T23:00:00Z", "2026-11-26T00:30:00Z"),
              ElementsAre("2026-11-24T23:00:00Z/2026-11-25T06:00:00Z",
                          "2026-11-25T22:00:00Z/2026-11-26T00:30:00Z"));
  EXPECT_THAT(all(s, "2026-11-24T06:00:00Z", "2026-11-24T22:00:00Z"), IsEmpty());
  EXPECT_THAT(all(s, "2026-11-24T23:00:00Z", "2026-11-24T23:00:00Z"), IsEmpty());
  EXPECT_THAT(all(s, "2026-11-25T23:00:00Z", "2026-11-24T23:00:00Z"), IsEmpty());
}

TEST(Windows, BerlinInSummerAndWinter) {
  const auto s = schedule({window("22:00", "06:00")}, "Europe/Berlin");
  EXPECT_EQ(next(s, "2026-07-01T12:00:00Z"), "2026-07-01T20:00:00Z/2026-07-02T04:00:00Z");
  EXPECT_EQ(next(s, "2026-12-01T12:00:00Z"), "2026-12-01T21:00:00Z/2026-12-02T05:00:00Z");
}

TEST(Windows, BerlinNightsOfTheChange) {
  const auto s = schedule({window("22:00", "06:00")}, "Europe/Berlin");
  EXPECT_EQ(next(s, "2026-03-28T22:00:00Z"), "2026-03-28T21:00:00Z/2026-03-29T04:00:00Z");  // 7 h
  EXPECT_EQ(next(s, "2026-10-24T22:00:00Z"), "2026-10-24T20:00:00Z/2026-10-25T05:00:00Z");  // 9 h
}

TEST(Windows, LocalTimesThatDoNotExistMoveForward) {
  // 02:00-03:00 on 29 March does not exist in Berlin; the change is at 01:00 UTC.
  const auto starts = schedule({window("02:30", "05:00")}, "Europe/Berlin");
  EXPECT_EQ(next(starts, "2026-03-29T00:00:00Z"), "2026-03-29T01:00:00Z/2026-03-29T03:00:00Z");
  const auto ends = schedule({window("01:00", "02:30")}, "Europe/Berlin");
  EXPECT_EQ(next(ends, "2026-03-28T23:30:00Z"), "2026-03-29T00:00:00Z/2026-03-29T01:00:00Z");
  const auto within = schedule({window("02:15", "02:45")}, "Europe/Berlin");
  EXPECT_EQ(next(within, "2026-03-28T20:00:00Z"), "2026-03-30T00:15:00Z/2026-03-30T00:45:00Z");
}

TEST(Windows, AWindowThatFallsIntoTheGapMayLeaveNothingWithinEightDays) {
  const auto s = schedule({window("02:15", "02:45", {7})}, "Europe/Berlin");
  EXPECT_EQ(next(s, "2026-03-22T02:00:00Z"), "none");
  EXPECT_EQ(next(s, "2026-03-29T02:00:00Z"), "2026-04-05T00:15:00Z/2026-04-05T00:45:00Z");
}

TEST(Windows, OfLocalTimesThatExistTwiceStartIsTheFirstAndEndTheSecond) {
  // 02:00-03:00 on 25 October comes twice in Berlin: from 00:00 and from 01:00 UTC.
  const auto within = schedule({window("02:15", "02:45")}, "Europe/Berlin");
  EXPECT_EQ(next(within, "2026-10-24T23:00:00Z"), "2026-10-25T00:15:00Z/2026-10-25T01:45:00Z");
  EXPECT_TRUE(within.green_at(at("2026-10-25T01:05:00Z")));  // the second 02:05
  const auto starts = schedule({window("02:30", "05:00")}, "Europe/Berlin");
  EXPECT_EQ(next(starts, "2026-10-24T23:00:00Z"), "2026-10-25T00:30:00Z/2026-10-25T04:00:00Z");
  const auto ends = schedule({window("01:00", "02:30")}, "Europe/Berlin");
  EXPECT_EQ(next(ends, "2026-10-25T00:45:00Z"), "2026-10-24T23:00:00Z/2026-10-25T01:30:00Z");
}

TEST(Windows, ApartOnTheWallMayMeetInTheHourThatExistsTwice) {
  const auto s = schedule({window("00:30", "02:15"), window("02:45", "04:00")}, "Europe/Berlin");
  EXPECT_EQ(next(s, "2026-10-24T23:00:00Z"), "2026-10-24T22:30:00Z/2026-10-25T03:00:00Z");
  EXPECT_EQ(next(s, "2026-10-25T02:30:00Z"), "2026-10-24T22:30:00Z/2026-10-25T03:00:00Z");
  EXPECT_EQ(next(s, "2026-10-26T00:00:00Z"), "2026-10-25T23:30:00Z/2026-10-26T01:15:00Z");
}

TEST(Windows, DaysLaterTheIntervalStillBeganBeforeTheHourThatExistedTwice) {
  const auto s = schedule({window("00:30", "02:15", {7}), window("02:45", "24:00", {7}),
                           window("00:00", "24:00", {1, 2, 3})},
                          "Europe/Berlin");
  for (const auto* t : {"2026-10-25T12:00:00Z", "2026-10-26T23:00:00Z", "2026-10-28T12:00:00Z"}) {
    EXPECT_EQ(next(s, t), "2026-10-24T22:30:00Z/2026-10-28T23:00:00Z") << t;
  }
}

TEST(Windows, NewYorkBothWays) {
  const auto s = schedule({window("00:00", "06:00")}, "America/New_York");
  EXPECT_EQ(next(s, "2026-03-08T04:00:00Z"), "2026-03-08T05:00:00Z/2026-03-08T10:00:00Z");  // 5 h
  EXPECT_EQ(next(s, "2026-11-01T03:00:00Z"), "2026-11-01T04:00:00Z/2026-11-01T11:00:00Z");  // 7 h
}

TEST(Windows, LordHoweMovesByHalfAnHour) {
  const auto s = schedule({window("01:00", "03:00")}, "Australia/Lord_Howe");
  // 4 October: 02:00 (+10:30) becomes 02:30 (+11). 5 April: 02:00 (+11) becomes 01:30 (+10:30).
  EXPECT_EQ(next(s, "2026-10-03T12:00:00Z"), "2026-10-03T14:30:00Z/2026-10-03T16:00:00Z");  // 1.5 h
  EXPECT_EQ(next(s, "2026-04-04T12:00:00Z"), "2026-04-04T14:00:00Z/2026-04-04T16:30:00Z");  // 2.5 h
  const auto gap = schedule({window("02:10", "04:00")}, "Australia/Lord_Howe");
  EXPECT_EQ(next(gap, "2026-10-03T12:00:00Z"), "2026-10-03T15:30:00Z/2026-10-03T17:00:00Z");
}

TEST(Windows, KolkataIsHalfAnHourOff) {
  const auto s = schedule({window("06:00", "18:00", {1, 2, 3, 4, 5})}, "Asia/Kolkata");
  EXPECT_EQ(next(s, "2026-11-27T13:00:00Z"), "2026-11-30T00:30:00Z/2026-11-30T12:30:00Z");
}

TEST(Windows, ADayThatAZoneSkippedHasNoWindow) {
  const auto s = schedule({window("10:00", "12:00")}, "Pacific/Apia");  // no 30 December 2011
  EXPECT_THAT(all(s, "2011-12-29T12:00:00Z", "2011-12-31T23:00:00Z"),
              ElementsAre("2011-12-29T20:00:00Z/2011-12-29T22:00:00Z",
                          "2011-12-30T20:00:00Z/2011-12-30T22:00:00Z",
                          "2011-12-31T20:00:00Z/2011-12-31T22:00:00Z"));
}

// The rules of the header word by word, window by window and day by day: slow, and without the
// merged week.
class Reference {
 public:
  Reference(const WindowSchedule& s, TimePoint from, TimePoint to)
      : zone_(date::locate_zone(s.time_zone())) {
    const date::local_days first(std::chrono::floor<days>(from.time_since_epoch()) - days(3));
    for (auto day = first; day.time_since_epoch() < to.time_since_epoch() + days(2);
         day += days(1)) {
      const int weekday = static_cast<int>(date::weekday(day).iso_encoding());
      for (const auto& w : s.windows()) {
        if (!w.days.empty() && std::count(w.days.begin(), w.days.end(), weekday) == 0) continue;
        const auto start = hours(w.start.hour) + minutes(w.start.minute);
        auto end = hours(w.end.hour) + minutes(w.end.minute);
        if (end <= start) end += hours(24);
        raw_.push_back({instant(day + start, date::choose::earliest),
                        instant(day + end, date::choose::latest)});
      }
    }
  }
  [[nodiscard]] bool green_at(TimePoint t) const {
    return std::any_of(raw_.begin(), raw_.end(),
                       [&](const Interval& i) { return i.start <= t && t < i.end; });
  }

 private:
  // to_sys with a choice moves what does not exist to the change, as ours does.
  [[nodiscard]] TimePoint instant(date::local_time<minutes> local, date::choose which) const {
    return TimePoint(zone_->to_sys(local, which).time_since_epoch());
  }
  const date::time_zone* zone_;
  std::vector<Interval> raw_;
};

TEST(Windows, AgreesWithTheRulesAppliedOneByOneAroundEveryChange) {
  std::mt19937 random(20261124);
  const std::vector<std::string> zones{"Europe/Berlin",       "America/New_York", "UTC",
                                       "Australia/Lord_Howe", "Asia/Kolkata",     "America/Havana",
                                       "Antarctica/Troll"};
  for (int round = 0; round < 80; ++round) {
    std::vector<GreenWindow> windows;
    const auto count = 1 + random() % 4;
    for (unsigned i = 0; i < count; ++i) {
      const auto minute = [&] { return TimeOfDay{int(random() % 24), int(random() % 4) * 15}; };
      GreenWindow w{{}, minute(), minute()};
      for (int day = 1; day <= 7; ++day) {
        if (random() % 2 != 0) w.days.push_back(day);
      }
      windows.push_back(w);
    }
    const auto s = schedule(windows, zones[random() % zones.size()]);
    const TimePoint from = at(random() % 2 != 0 ? "2026-03-26T00:00:00Z" : "2026-10-29T00:00:00Z") -
                           hours(random() % 240);
    const TimePoint to = from + days(12);
    const Reference reference(s, from, to);
    const auto intervals = s.between(from, to);
    for (std::size_t i = 1; i < intervals.size(); ++i) {
      ASSERT_LT(intervals[i - 1].end, intervals[i].start) << "merged, and in order";
    }
    for (TimePoint t = from; t < to; t += minutes(15)) {
      bool listed = false;
      for (const auto& i : intervals) listed |= i.start <= t && t < i.end;
      ASSERT_EQ(listed, reference.green_at(t)) << format_rfc3339(t) << " " << s.time_zone();
      ASSERT_EQ(s.green_at(t), listed) << format_rfc3339(t) << " " << s.time_zone();
      if (const auto n = s.current_or_next(t)) {
        ASSERT_GT(n->end, t);
        ASSERT_LT(n->start, t + days(8));
        const bool cut = n->end - n->start == days(8);  // green at all times
        ASSERT_TRUE(cut || !reference.green_at(n->start - Millis(1))) << format_rfc3339(t);
      }
    }
  }
}

TEST(Windows, BadInputSaysWhatToWrite) {
  const auto error = [](std::vector<GreenWindow> windows, std::string zone) {
    const auto s = WindowSchedule::make(std::move(windows), std::move(zone));
    EXPECT_FALSE(s);
    if (s) return std::string();
    EXPECT_EQ(s.error().code, Errc::InvalidArgument);
    return s.error().message;
  };
  EXPECT_THAT(error({}, "Europe/Atlantis"), HasSubstr("Europe/Berlin"));
  for (const auto* zone :
       {"", "europe/berlin", "../etc/passwd", "leapseconds", "tzdata.zi", "posixrules", "right/UTC",
        "/usr/share/zoneinfo/UTC", "Europe", "EUROPE/BERLIN"}) {
    EXPECT_THAT(error({window("10:00", "12:00")}, zone), HasSubstr("IANA")) << zone;
  }
  EXPECT_THAT(error({}, std::string(100'000, 'A')), HasSubstr("IANA"));
  EXPECT_THAT(error({window("10:00", "12:00"), {{8}, {1, 0}, {2, 0}}}, "UTC"),
              ::testing::AllOf(HasSubstr("window 2"), HasSubstr("7 (Sunday)")));
  EXPECT_THAT(error({{{0}, {1, 0}, {2, 0}}}, "UTC"), HasSubstr("1 (Monday)"));
  EXPECT_THAT(error({{{}, {25, 0}, {2, 0}}}, "UTC"), HasSubstr("start"));
  EXPECT_THAT(error({{{}, {-1, 0}, {2, 0}}}, "UTC"), HasSubstr("start"));
  EXPECT_THAT(error({{{}, {1, 60}, {2, 0}}}, "UTC"), HasSubstr("start"));
  EXPECT_THAT(error({{{}, {1, 0}, {24, 1}}}, "UTC"), HasSubstr("end"));
  EXPECT_THAT(error({{{}, {1, 0}, {2, -1}}}, "UTC"), HasSubstr("24:00"));
}

TEST(TimeOfDayText, IsHoursAndMinutes) {
  EXPECT_EQ(clock_time("22:05").hour, 22);
  EXPECT_EQ(clock_time("22:05").minute, 5);
  EXPECT_EQ(clock_time("24:00").hour, 24);
  for (const auto* bad : {"", "22", "22:5", "2:05", "24:01", "25:00", "22:60", "22-05", "22:05 ",
                          "-1:00", "22:0a", "22:05:00", "10pm"}) {
    const auto time = parse_time_of_day(bad);
    ASSERT_FALSE(time) << bad;
    EXPECT_THAT(time.error().message, HasSubstr("HH:MM"));
  }
}

TEST(DayText, IsAnEnglishName) {
  EXPECT_EQ(parse_day("Mon"), 1);
  EXPECT_EQ(parse_day("sunday"), 7);
  EXPECT_EQ(parse_day("WED"), 3);
  EXPECT_EQ(parse_day("Thursday"), 4);
  for (const auto* bad : {"", "M", "Mo", "Mond", "Montag", "1", "Mon "}) {
    const auto day = parse_day(bad);
    ASSERT_FALSE(day) << bad;
    EXPECT_THAT(day.error().message, HasSubstr("Mon, Tue"));
  }
}

}  // namespace
}  // namespace karbonetes::carbon
