#include "plan/cron.hpp"

#include <gtest/gtest.h>

#include <string>

#include "cron_ticks.hpp"

namespace karbonetes::plan {
namespace {

TimePoint at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST(Cron, TicksAreThoseOfTheCronJobController) {
  for (const auto& row : testing::kTicks) {
    SCOPED_TRACE(std::string(row.spec) + " in " + row.zone + " after " + row.after);
    const auto schedule = CronSchedule::parse(row.spec, row.zone);
    if (row.expected.front() == std::string_view("error")) {
      ASSERT_FALSE(schedule);
      EXPECT_EQ(schedule.error().code, Errc::InvalidArgument);
      EXPECT_FALSE(schedule.error().message.empty());
      continue;
    }
    ASSERT_TRUE(schedule) << schedule.error().message;
    TimePoint t = at(row.after);
    for (const std::string_view expected : row.expected) {
      const auto tick = schedule->next_after(t);
      if (expected == "never") {
        EXPECT_FALSE(tick);
        break;
      }
      ASSERT_TRUE(tick) << "expected " << expected;
      EXPECT_EQ(format_rfc3339(*tick), expected);
      t = *tick;
    }
  }
}

TEST(Cron, TimeZoneInsideTheScheduleIsRefused) {
  for (const auto* spec :
       {"TZ=Europe/Berlin 0 3 * * *", "CRON_TZ=UTC @daily", "TZ=", "0 0 * * TZ"}) {
    const auto schedule = CronSchedule::parse(spec, "");
    ASSERT_FALSE(schedule) << spec;
    EXPECT_NE(schedule.error().message.find("timeZone"), std::string::npos);
  }
}

TEST(Cron, HostileSchedulesAreErrors) {
  EXPECT_FALSE(CronSchedule::parse(std::string(100'000, '*'), ""));
  EXPECT_FALSE(CronSchedule::parse(std::string("0 0 * *\0 *", 10), ""));
  EXPECT_FALSE(CronSchedule::parse("\xff\xfe * * * *", ""));
  EXPECT_FALSE(CronSchedule::parse("@every 99999999999999h", ""));
  EXPECT_FALSE(CronSchedule::parse("0 0 * * *", "../../etc/passwd"));
  EXPECT_FALSE(CronSchedule::parse("0 0 * * *", "Local"));
}

TEST(Cron, MillisecondsAreBelowTheTick) {
  const auto schedule = CronSchedule::parse("0 * * * *", "").value();
  EXPECT_EQ(schedule.next_after(at("2026-11-24T22:00:00.001Z")), at("2026-11-24T23:00:00Z"));
  EXPECT_EQ(schedule.next_after(at("2026-11-24T21:59:59.999Z")), at("2026-11-24T22:00:00Z"));
  const auto every = CronSchedule::parse("@every 10m", "").value();
  EXPECT_EQ(every.next_after(at("2026-11-24T22:00:00.900Z")), at("2026-11-24T22:10:00Z"));
}

// A day that a zone skipped altogether (Samoa had no 30 December 2011) stops the library's walk for
// ever; ours ends.
TEST(Cron, ASkippedDayDoesNotHangTheWalk) {
  const auto schedule = CronSchedule::parse("0 12 30 12 *", "Pacific/Apia").value();
  const auto tick = schedule.next_after(at("2011-12-01T00:00:00Z"));
  if (tick) {
    EXPECT_GT(*tick, at("2011-12-31T00:00:00Z"));
  }
}

}  // namespace
}  // namespace karbonetes::plan
