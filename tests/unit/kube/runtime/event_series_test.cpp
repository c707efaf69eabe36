#include "kube/runtime/event_series.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace karbonetes::kube {
namespace {

constexpr TimePoint kStart{Millis{1'800'000'000'000}};

EventSpec spec(const std::string& name = "train", const std::string& note = "waits") {
  EventSpec out;
  out.regarding = {"batch/v1", "Job", "ml", name, "uid-" + name};
  out.reason = "CarbonWaiting";
  out.action = "Wait";
  out.note = note;
  return out;
}

class EventSeriesTest : public ::testing::Test {
 protected:
  EventSeries series_{"controller", "pod-1"};
};

TEST_F(EventSeriesTest, FirstIsCreatedSecondBeginsTheSeriesOthersAreCounted) {
  const auto first = series_.record(spec(), kStart);
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->is_series());
  EXPECT_EQ(first->event.ns, "ml");
  EXPECT_EQ(first->event.controller, "controller");
  EXPECT_EQ(first->event.instance, "pod-1");
  EXPECT_EQ(first->event.event_time, kStart);
  const auto second = series_.record(spec(), kStart + Millis(10));
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->is_series());
  EXPECT_EQ(second->event.name, first->event.name);
  EXPECT_EQ(second->event.series_count, 2);
  EXPECT_EQ(second->event.series_last, kStart + Millis(10));
  EXPECT_FALSE(series_.record(spec(), kStart + Millis(20)));
  EXPECT_FALSE(series_.record(spec(), kStart + Millis(30)));
  EXPECT_TRUE(series_.due(kStart + Millis(30)).empty());
}

TEST_F(EventSeriesTest, CountIsWrittenWhenTheSeriesEnds) {
  (void)series_.record(spec(), kStart);
  (void)series_.record(spec(), kStart);
  (void)series_.record(spec(), kStart + Millis(5));
  EXPECT_EQ(series_.next_due(), kStart + Millis(5) + kSeriesEnds);
  const auto last = series_.due(kStart + Millis(5) + kSeriesEnds);
  ASSERT_EQ(last.size(), 1U);
  EXPECT_EQ(last[0].event.series_count, 3);
  EXPECT_EQ(last[0].event.series_last, kStart + Millis(5));
  EXPECT_EQ(series_.size(), 0U);
  EXPECT_FALSE(series_.next_due());
  const auto anew = series_.record(spec(), kStart + Millis(5) + kSeriesEnds);
  ASSERT_TRUE(anew);
  EXPECT_FALSE(anew->is_series());
}

TEST_F(EventSeriesTest, SingleEventsAreForgottenWithoutAWrite) {
  (void)series_.record(spec(), kStart);
  EXPECT_TRUE(series_.due(kStart + kSeriesEnds).empty());
  EXPECT_EQ(series_.size(), 0U);
}

TEST_F(EventSeriesTest, LongSeriesIsWrittenEveryHalfHour) {
  int writes = 0;
  int last_count = 0;
  for (TimePoint now = kStart; now < kStart + std::chrono::hours(2);
       now += std::chrono::minutes(1)) {
    for (const auto& write : series_.due(now)) {
      ++writes;
      last_count = write.event.series_count;
    }
    (void)series_.record(spec(), now);
  }
  EXPECT_EQ(writes, 3);
  EXPECT_GT(last_count, 80);
}

TEST_F(EventSeriesTest, DifferentEventsAreDifferentSeries) {
  EventSpec warning = spec();
  warning.warning = true;
  EventSpec reason = spec();
  reason.reason = "CarbonReleased";
  EventSpec reborn = spec();
  reborn.regarding.uid = "another life";
  std::set<std::string> names;
  for (const auto& one :
       {spec(), spec("other"), spec("train", "other note"), warning, reason, reborn}) {
    const auto write = series_.record(one, kStart);
    ASSERT_TRUE(write);
    EXPECT_FALSE(write->is_series());
    names.insert(write->event.name);
  }
  EXPECT_EQ(names.size(), 6U);
}

TEST_F(EventSeriesTest, OnceKeyNamesTheEventTheSameEverywhereAndNeverMakesASeries) {
  EventSpec once = spec();
  once.once_key = "uid-train/CarbonReleased/2026-11-25T06:00:00Z";
  const auto here = series_.record(once, kStart);
  EventSeries elsewhere("controller", "pod-2");
  const auto there = elsewhere.record(once, kStart + std::chrono::hours(3));
  const auto again = series_.record(once, kStart + Millis(1));
  ASSERT_TRUE(here && there && again);
  EXPECT_EQ(here->event.name, there->event.name);
  EXPECT_EQ(here->event.name, again->event.name);
  EXPECT_FALSE(again->is_series());
  EXPECT_EQ(series_.size(), 0U);
  once.once_key += "x";
  EXPECT_NE(series_.record(once, kStart)->event.name, here->event.name);
}

TEST_F(EventSeriesTest, ReplicasAndMomentsHaveDifferentNames) {
  EventSeries elsewhere("controller", "pod-2");
  EXPECT_NE(series_.record(spec(), kStart)->event.name,
            elsewhere.record(spec(), kStart)->event.name);
}

TEST_F(EventSeriesTest, FlushGivesWhatWasNotWritten) {
  (void)series_.record(spec(), kStart);
  (void)series_.record(spec(), kStart);
  EXPECT_TRUE(series_.flush().empty());
  (void)series_.record(spec(), kStart);
  const auto rest = series_.flush();
  ASSERT_EQ(rest.size(), 1U);
  EXPECT_EQ(rest[0].event.series_count, 3);
  EXPECT_TRUE(series_.flush().empty());
}

TEST_F(EventSeriesTest, MemoryIsBounded) {
  for (int i = 0; i < 10'000; ++i) (void)series_.record(spec("job-" + std::to_string(i)), kStart);
  EXPECT_EQ(series_.size(), kMaxSeries);
}

TEST(EventName, IsAValidNameOfItsObject) {
  const ObjectReference job{"batch/v1", "Job", "ml", "train", "u"};
  EXPECT_EQ(event_name(job, "key"), event_name(job, "key"));
  EXPECT_EQ(event_name(job, "key").substr(0, 6), "train.");
  EXPECT_EQ(event_name(job, "key").size(), 6U + 16U);
  // What other builds must agree on.
  EXPECT_EQ(event_name(job, ""), "train.fdbdf6ac4fc52e7f");
  const ObjectReference unborn{"batch/v1", "Job", "ml", "", ""};
  EXPECT_EQ(event_name(unborn, "key").substr(0, 4), "job.");
  const ObjectReference nothing{};
  EXPECT_EQ(event_name(nothing, "key").substr(0, 6), "event.");
  const ObjectReference longest{"batch/v1", "Job", "ml",
                                std::string(235, 'a') + "." + std::string(17, 'b'), "u"};
  EXPECT_LE(event_name(longest, "key").size(), 253U);
  EXPECT_EQ(event_name(longest, "key").find(".."), std::string::npos);
}

}  // namespace
}  // namespace karbonetes::kube
