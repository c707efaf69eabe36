#include "mock/timeline.hpp"

#include <gmock/gmock.h>

#include <cmath>

namespace karbonetes::mock {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

TimePoint at(const char* text) { return *parse_rfc3339(text); }
const TimePoint kStart = at("2026-11-24T12:00:00Z");

// A day of hours: 0, 10, ..., 230.
Trace day() {
  Trace trace;
  const TimePoint first = at("2020-01-01T00:00:00Z");
  for (int i = 0; i < 24; ++i) trace.steps.points.push_back({first + hours(i), 10.0 * i});
  trace.steps.end = first + hours(24);
  return trace;
}

Timeline timeline(TimelineOptions options, Trace trace = day()) {
  auto made = Timeline::make(std::move(trace), options, kStart);
  EXPECT_TRUE(made) << (made ? "" : made.error().message);
  return *made;
}

TEST(Timeline, BeginsNow) {
  const auto line = timeline({});
  EXPECT_EQ(line.at(kStart), 0);
  EXPECT_EQ(line.at(kStart + hours(5)), 50);
  EXPECT_EQ(line.at(kStart + hours(5) - Millis(1)), 40);
  EXPECT_EQ(line.at(kStart - hours(1)), 0) << "before it the first value";
  EXPECT_EQ(line.at(kStart + hours(30)), 230) << "after it the last";
  EXPECT_EQ(line.next_step(kStart + minutes(10)), kStart + hours(1));
  EXPECT_EQ(line.next_step(kStart + hours(24)), std::nullopt);
}

TEST(Timeline, RunsAsRecorded) {
  Trace trace = day();
  for (auto& point : trace.steps.points) point.from += kStart - at("2020-01-01T06:00:00Z");
  trace.steps.end += kStart - at("2020-01-01T06:00:00Z");
  const auto line = timeline({TraceStart::Recorded, 1, false, 0, 0}, trace);
  EXPECT_EQ(line.at(kStart), 60);
  const auto past = line.stretch(kStart, kStart - hours(3), kStart);
  ASSERT_EQ(past.steps.points.size(), 3u);
  EXPECT_EQ(past.steps.points[0].grams, 30);
}

TEST(Timeline, SpeedCompressesADayIntoFourMinutes) {
  const auto line = timeline({TraceStart::Now, 360, true, 0, 0});
  const auto day_ahead = line.stretch(kStart, kStart, kStart + minutes(4));
  ASSERT_EQ(day_ahead.steps.points.size(), 24u);
  EXPECT_EQ(day_ahead.steps.points[1].from, kStart + Seconds(10));
  EXPECT_EQ(day_ahead.steps.end, kStart + minutes(4));
  EXPECT_EQ(line.at(kStart + minutes(4) + Seconds(15)), 10) << "and over again";
}

TEST(Timeline, LoopHasBeenBeforeToo) {
  const auto line = timeline({TraceStart::Now, 1, true, 0, 0});
  EXPECT_EQ(line.at(kStart - hours(1)), 230);
  EXPECT_EQ(line.at(kStart - hours(25)), 230);
  EXPECT_EQ(line.at(kStart + hours(24 * 30 + 7)), 70);
  const auto around = line.stretch(kStart, kStart - hours(24), kStart + hours(24));
  ASSERT_EQ(around.steps.points.size(), 48u);
  EXPECT_EQ(around.steps.points.front().from, kStart - hours(24));
}

TEST(Timeline, WithoutLoopNothingIsKnownBeyondItsEnds) {
  const auto line = timeline({});
  EXPECT_EQ(line.stretch(kStart + hours(20), kStart + hours(20), kStart + hours(68)).steps.end,
            kStart + hours(24));
  EXPECT_TRUE(line.stretch(kStart, kStart - hours(24), kStart).steps.points.empty());
}

TEST(Timeline, AnyInstantOfTheClockIsAnswered) {
  for (const bool loop : {false, true}) {
    const auto line = timeline({TraceStart::Now, 86'400, loop, 0.1, 7});
    const auto everything =
        line.stretch(kStart, at("0001-01-01T00:00:00Z"), at("9999-12-31T23:59:59Z"));
    EXPECT_LE(everything.steps.points.size(),
              static_cast<std::size_t>(2 * Timeline::kMaxSteps + 1));
    for (std::size_t i = 1; i < everything.steps.points.size(); ++i) {
      ASSERT_LT(everything.steps.points[i - 1].from, everything.steps.points[i].from);
    }
  }
}

TEST(Timeline, StepsBeginWhereAtChanges) {
  for (const double speed : {1.0, 7.0, 360.0, 999.9}) {
    const auto line = timeline({TraceStart::Now, speed, true, 0, 0});
    TimePoint t = kStart;
    for (int i = 0; i < 100; ++i) {
      const auto next = line.next_step(t);
      ASSERT_TRUE(next);
      ASSERT_GT(*next, t);
      EXPECT_EQ(line.at(*next - Millis(1)), line.at(t));
      EXPECT_NE(line.at(*next), line.at(t)) << speed << " step " << i;
      t = *next;
    }
  }
}

TEST(ForecastError, LeavesWhatIsObservedAlone) {
  const auto line = timeline({TraceStart::Now, 1, true, 0.2, 7});
  const auto all = line.stretch(kStart + hours(12), kStart, kStart + hours(24)).steps.points;
  ASSERT_EQ(all.size(), 24u);
  for (std::size_t i = 0; i < 24; ++i) {
    const bool right = all[i].grams == 10.0 * static_cast<double>(i);
    EXPECT_EQ(right, i <= 12) << i;
  }
}

TEST(ForecastError, IsTheSameForOneSeedAndAnotherForTheNext) {
  const auto forecast = [](std::uint64_t seed) {
    return timeline({TraceStart::Now, 1, true, 0.2, seed})
        .stretch(kStart, kStart, kStart + hours(24))
        .steps.points.back()
        .grams;
  };
  EXPECT_EQ(forecast(7), forecast(7));
  EXPECT_NE(forecast(7), forecast(8));
}

TEST(ForecastError, IsRevisedAsTimePassesAndShrinks) {
  const auto line = timeline({TraceStart::Now, 1, true, 0.2, 7});
  const TimePoint target = kStart + hours(23);
  double last = -1, far = 0, near = 0;
  for (int i = 0; i <= 23; ++i) {
    const TimePoint now = kStart + hours(i);
    const double said = value_at(line.stretch(now, now, target + hours(1)).steps.points, target);
    EXPECT_NE(said, last) << "read again after " << i << " h";
    last = said;
    (i < 6 ? far : near) += i < 6 || i >= 18 ? std::abs(said - 230) / 6 : 0;
  }
  EXPECT_EQ(last, 230) << "what has come is what was recorded";
  EXPECT_LT(near, far);
}

// Far ahead the standard deviation is what the flag says; one hour ahead it is a third of it.
TEST(ForecastError, HasTheSizeThatWasAskedFor) {
  Trace flat;
  for (int i = 0; i < 2000; ++i) flat.steps.points.push_back({kStart + hours(i), 1000});
  flat.steps.end = kStart + hours(2000);
  const auto line = timeline({TraceStart::Now, 1, false, 0.1, 7}, flat);
  const auto deviation = [&](int lead) {
    double sum = 0;
    const int n = 1500;
    for (int i = 0; i < n; ++i) {
      const TimePoint now = kStart + hours(i), then = now + hours(lead);
      const double said = value_at(line.stretch(now, now, then + hours(1)).steps.points, then);
      sum += (said / 1000 - 1) * (said / 1000 - 1);
    }
    return std::sqrt(sum / n);
  };
  EXPECT_NEAR(deviation(72), 0.1, 0.02);
  EXPECT_NEAR(deviation(1), 0.1 * std::sqrt(1 - 0.95 * 0.95), 0.003);
}

TEST(Timeline, BadFlagsAreRefusedByName) {
  for (const double speed : {0.0, -1.0, 0.5, 1e6, std::nan("")}) {
    const auto made = Timeline::make(day(), {TraceStart::Now, speed, false, 0, 0}, kStart);
    ASSERT_FALSE(made) << speed;
    EXPECT_THAT(made.error().message, testing::HasSubstr("--trace-speed"));
  }
  for (const double error : {-0.1, 1.5, std::nan("")}) {
    const auto made = Timeline::make(day(), {TraceStart::Now, 1, false, error, 0}, kStart);
    ASSERT_FALSE(made) << error;
    EXPECT_THAT(made.error().message, testing::HasSubstr("--forecast-error"));
  }
}

}  // namespace
}  // namespace karbonetes::mock
