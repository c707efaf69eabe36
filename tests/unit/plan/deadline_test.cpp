#include "plan/deadline.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace karbonetes::plan {
namespace {

using std::chrono::hours;
using std::chrono::minutes;
using ::testing::AllOf;
using ::testing::HasSubstr;

const TimePoint kTick = parse_rfc3339("2026-11-24T20:00:00Z").value();

CronFacts hourly(ConcurrencyPolicy concurrency) { return {concurrency, "0 * * * *", ""}; }

TEST(DeadlineFrom, IsMaxDelayAfterTheStart) {
  const Deadline d = deadline_from(kTick, hours(8));
  EXPECT_EQ(d.at, kTick + hours(8));
  EXPECT_FALSE(d.capped_by_cron);
  EXPECT_EQ(d.why, "maxDelay 8h after 2026-11-24T20:00:00Z");
  EXPECT_EQ(deadline_from(kTick, Millis(0)).at, kTick);
}

TEST(CapForCron, AllowIsUnchanged) {
  const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)), hourly(ConcurrencyPolicy::Allow),
                                  kTick, minutes(10));
  EXPECT_EQ(d.at, kTick + hours(8));
  EXPECT_FALSE(d.capped_by_cron);
}

TEST(CapForCron, ForbidAndReplaceLeaveTheExpectedDurationBeforeTheNextTick) {
  for (const auto concurrency : {ConcurrencyPolicy::Forbid, ConcurrencyPolicy::Replace}) {
    const Deadline d =
        cap_for_cron(deadline_from(kTick, hours(8)), hourly(concurrency), kTick, minutes(10));
    EXPECT_EQ(d.at, kTick + minutes(50));
    EXPECT_TRUE(d.capped_by_cron);
    EXPECT_THAT(d.why,
                AllOf(HasSubstr("2026-11-24T21:00:00Z"), HasSubstr("less 10m expected"),
                      HasSubstr(concurrency == ConcurrencyPolicy::Forbid ? "Forbid" : "Replace")));
  }
}

TEST(CapForCron, UnknownDurationKeepsHalfOfTheInterval) {
  const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)), hourly(ConcurrencyPolicy::Forbid),
                                  kTick, std::nullopt);
  EXPECT_EQ(d.at, kTick + minutes(30));
  EXPECT_TRUE(d.capped_by_cron);
  EXPECT_THAT(d.why, HasSubstr("unknown"));
}

TEST(CapForCron, AShorterMaxDelayHolds) {
  const Deadline own = deadline_from(kTick, minutes(20));
  const Deadline d = cap_for_cron(own, hourly(ConcurrencyPolicy::Forbid), kTick, minutes(10));
  EXPECT_EQ(d.at, own.at);
  EXPECT_FALSE(d.capped_by_cron);
  EXPECT_EQ(d.why, own.why);
}

TEST(CapForCron, ADurationBeyondTheIntervalMeansNoWaiting) {
  const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)),
                                  hourly(ConcurrencyPolicy::Replace), kTick, hours(2));
  EXPECT_EQ(d.at, kTick);
  EXPECT_TRUE(d.capped_by_cron);
}

TEST(CapForCron, EvenTheShortestJobGetsTimeToStartBeforeItsSuccessor) {
  for (const Millis expected : {Millis(0), Millis(1000)}) {
    const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)),
                                    hourly(ConcurrencyPolicy::Replace), kTick, expected);
    EXPECT_EQ(d.at, kTick + hours(1) - std::chrono::seconds(10));
  }
}

TEST(CapForCron, AScheduleThatCannotBeReadMeansNoWaiting) {
  for (const CronFacts& cron : {CronFacts{ConcurrencyPolicy::Forbid, "every now and then", ""},
                                CronFacts{ConcurrencyPolicy::Replace, "0 * * * *", "Mars/Base"}}) {
    const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)), cron, kTick, minutes(10));
    EXPECT_EQ(d.at, kTick);
    EXPECT_TRUE(d.capped_by_cron);
    EXPECT_THAT(d.why, HasSubstr("cannot be read"));
  }
}

TEST(CapForCron, AScheduleWithoutANextTickStarvesNobody) {
  const CronFacts cron{ConcurrencyPolicy::Forbid, "0 0 31 2 *", ""};
  const Deadline d = cap_for_cron(deadline_from(kTick, hours(8)), cron, kTick, minutes(10));
  EXPECT_EQ(d.at, kTick + hours(8));
  EXPECT_FALSE(d.capped_by_cron);
}

TEST(CapForCron, TheSchedulesTimeZoneAndDaylightSavingCount) {
  // Daily at 03:00 in Berlin; the night of 25 October is an hour longer.
  const CronFacts cron{ConcurrencyPolicy::Forbid, "0 3 * * *", "Europe/Berlin"};
  const TimePoint tick = parse_rfc3339("2026-10-24T01:00:00Z").value();
  const Deadline d = cap_for_cron(deadline_from(tick, hours(48)), cron, tick, hours(1));
  EXPECT_EQ(format_rfc3339(d.at), "2026-10-25T01:00:00Z");
}

}  // namespace
}  // namespace karbonetes::plan
