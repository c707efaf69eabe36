#include "carbon/signal.hpp"

#include <gtest/gtest.h>

namespace karbonetes::carbon {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = parse_rfc3339("2026-11-24T12:00:00Z").value();

Signal heard(bool green) {
  Signal s;
  s.source = "test";
  s.observed_at = kNow;
  s.green = green;
  s.stale_after = minutes(5);
  s.unknown_after = minutes(30);
  return s;
}

TEST(SignalFreshness, AgesFromFreshToStaleToUnknown) {
  const Signal s = heard(true);
  EXPECT_EQ(freshness(s, kNow), Freshness::Fresh);
  EXPECT_EQ(freshness(s, kNow + minutes(5) - Millis(1)), Freshness::Fresh);
  EXPECT_EQ(freshness(s, kNow + minutes(5)), Freshness::Stale);
  EXPECT_EQ(freshness(s, kNow + minutes(30) - Millis(1)), Freshness::Stale);
  EXPECT_EQ(freshness(s, kNow + minutes(30)), Freshness::Unknown);
}

TEST(SignalFreshness, AClockThatRunsBehindTheSourceIsNoReasonToDoubt) {
  EXPECT_EQ(freshness(heard(true), kNow - hours(1)), Freshness::Fresh);
}

TEST(SignalFreshness, ZeroLimitsNeverAge) {
  Signal s = heard(true);
  s.stale_after = s.unknown_after = Millis(0);
  EXPECT_EQ(freshness(s, kNow + days(365)), Freshness::Fresh);
}

TEST(SignalState, WithoutASourceIsUnknown) {
  Signal s = heard(true);
  s.source.clear();
  EXPECT_EQ(state_at(s, kNow), GreenState::Unknown);
  EXPECT_EQ(state_at(Signal{}, kNow), GreenState::Unknown);
  EXPECT_EQ(next_green(s, kNow), std::nullopt);
}

TEST(SignalState, WhatWasObservedHoldsWhileItIsNotTooOld) {
  EXPECT_EQ(state_at(heard(true), kNow), GreenState::Green);
  EXPECT_EQ(state_at(heard(false), kNow), GreenState::NotGreen);
  EXPECT_EQ(state_at(heard(true), kNow + minutes(29)), GreenState::Green);
  EXPECT_EQ(state_at(heard(true), kNow + minutes(31)), GreenState::Unknown);
}

TEST(SignalState, WindowsAnswerWhenThereAreAny) {
  Signal s = heard(true);
  s.unknown_after = hours(48);
  s.green_windows = {{kNow + hours(1), kNow + hours(2)}, {kNow + hours(4), kNow + hours(5)}};
  EXPECT_EQ(state_at(s, kNow), GreenState::NotGreen);
  EXPECT_EQ(state_at(s, kNow + hours(1)), GreenState::Green);
  EXPECT_EQ(state_at(s, kNow + hours(2)), GreenState::NotGreen);
  EXPECT_EQ(state_at(s, kNow + hours(5) - Millis(1)), GreenState::Green);
  EXPECT_EQ(state_at(s, kNow + hours(5)), GreenState::NotGreen);
  EXPECT_EQ(next_green(s, kNow), kNow + hours(1));
  EXPECT_EQ(next_green(s, kNow + hours(1)), kNow + hours(4));
  EXPECT_EQ(next_green(s, kNow + hours(4)), std::nullopt);
  EXPECT_EQ(next_green(s, kNow + hours(49)), std::nullopt);
}

TEST(SignalFromSchedule, HoldsForItsOutlookAndNotBeyond) {
  const auto schedule = WindowSchedule::make({{{}, {22, 0}, {6, 0}}}, "Europe/Berlin").value();
  const Signal s = signal_from(schedule, kNow);
  EXPECT_EQ(s.source, "static");
  EXPECT_FALSE(s.green);
  for (TimePoint t = kNow; t < kNow + days(8); t += minutes(10)) {
    ASSERT_EQ(state_at(s, t) == GreenState::Green, schedule.green_at(t)) << format_rfc3339(t);
    ASSERT_EQ(freshness(s, t), Freshness::Fresh);
  }
  EXPECT_EQ(state_at(s, kNow + days(8)), GreenState::Unknown);
  EXPECT_EQ(next_green(s, kNow), parse_rfc3339("2026-11-24T21:00:00Z").value());
}

TEST(SignalFromSchedule, WithoutWindowsIsNotGreen) {
  EXPECT_EQ(state_at(signal_from(WindowSchedule(), kNow), kNow), GreenState::NotGreen);
}

TEST(SignalNames, AreStable) {
  EXPECT_STREQ(name(GreenState::Green), "green");
  EXPECT_STREQ(name(GreenState::NotGreen), "not-green");
  EXPECT_STREQ(name(GreenState::Unknown), "unknown");
  EXPECT_STREQ(name(Freshness::Fresh), "fresh");
  EXPECT_STREQ(name(Freshness::Stale), "stale");
  EXPECT_STREQ(name(Freshness::Unknown), "unknown");
}

}  // namespace
}  // namespace karbonetes::carbon
