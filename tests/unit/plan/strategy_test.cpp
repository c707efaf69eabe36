#include "plan/strategy.hpp"

#include <gtest/gtest.h>

namespace karbonetes::plan {
namespace {

using api::Strategy;
using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kNow = parse_rfc3339("2026-11-24T20:00:00Z").value();

std::shared_ptr<const carbon::Forecast> hourly(const std::vector<double>& values) {
  carbon::Series<carbon::Average> s;
  for (const double v : values)
    s.points.push_back(
        {kNow + hours(static_cast<int>(s.points.size())), carbon::Intensity<carbon::Average>(v)});
  s.end = kNow + hours(static_cast<int>(values.size()));
  s.observed_until = kNow;
  return carbon::Forecast::prepare(std::move(s));
}

TimePoint start(Strategy strategy, const carbon::Forecast& f, Millis duration,
                TimePoint deadline = kNow + hours(100)) {
  return plan_start(strategy, f, duration, kNow, deadline).value().start;
}

TEST(PlanStart, LowestSlotStartsInTheLowestStep) {
  const auto f = hourly({300, 200, 90, 500, 100, 100, 100});
  EXPECT_EQ(start(Strategy::LowestSlot, *f, hours(3)), kNow + hours(2));
  EXPECT_EQ(start(Strategy::LowestSlot, *f, hours(3), kNow + hours(1)), kNow + hours(1));
  EXPECT_EQ(start(Strategy::LowestSlot, *f, hours(3), kNow + minutes(59)), kNow);
}

TEST(PlanStart, LowestWindowLooksAtTheWholeRun) {
  const auto f = hourly({300, 200, 90, 500, 100, 100, 100, 300});
  EXPECT_EQ(start(Strategy::LowestWindow, *f, hours(3)), kNow + hours(4));
  EXPECT_EQ(start(Strategy::LowestWindow, *f, minutes(30)), kNow + hours(2));
}

TEST(PlanStart, LowestWindowMayStartWithinAStep) {
  // 90 minutes at 100 end where 500 begins: the start lies half an hour into the step of 200.
  const auto f = hourly({300, 200, 100, 500, 500});
  const auto plan = plan_start(Strategy::LowestWindow, *f, minutes(90), kNow, kNow + hours(9));
  EXPECT_EQ(plan->start, kNow + minutes(90));
  EXPECT_NEAR(plan->cost_at_start, (200 * 30 + 100 * 60) / 90.0, 1e-9);
  EXPECT_NEAR(plan->cost_now, (300 * 60 + 200 * 30) / 90.0, 1e-9);
  EXPECT_EQ(plan->followed, Strategy::LowestWindow);
}

TEST(PlanStart, CarbonTimePrefersWhatSavesMostForItsDelay) {
  // 300 g saved at 2 h, 330 g at 20 h: LowestWindow waits for the last gram, CarbonTime does not.
  std::vector<double> values(24, 400);
  values[2] = 100;
  values[20] = 70;
  const auto f = hourly(values);
  EXPECT_EQ(start(Strategy::LowestWindow, *f, hours(1)), kNow + hours(20));
  EXPECT_EQ(start(Strategy::CarbonTime, *f, hours(1)), kNow + hours(2));
}

TEST(PlanStart, CarbonTimeCountsFromTheSubmission) {
  std::vector<double> values(24, 400);
  values[2] = 100;
  values[3] = 90;  // better still, yet not by the hour since the submission
  const auto f = hourly(values);
  const auto at = [&](TimePoint now, std::optional<TimePoint> submitted) {
    return plan_start(Strategy::CarbonTime, *f, hours(1), now, kNow + hours(24), submitted)->start;
  };
  EXPECT_EQ(at(kNow, kNow), kNow + hours(2));
  EXPECT_EQ(at(kNow, std::nullopt), kNow + hours(2));
  EXPECT_EQ(at(kNow + minutes(70), kNow), kNow + hours(2));
  EXPECT_EQ(at(kNow + hours(2), kNow), kNow + hours(2)) << "the plan holds when its time has come";
  EXPECT_EQ(at(kNow + hours(2), kNow + hours(9)), at(kNow + hours(2), std::nullopt));
}

TEST(PlanStart, CarbonTimeTakesTheCheapestWhereNothingSavesAgainstTheSubmission) {
  // The forecast was 100 when the Job came; now it stands at 400 and may fall to 200.
  const auto f = hourly({100, 400, 300, 200, 300});
  const auto plan =
      plan_start(Strategy::CarbonTime, *f, minutes(30), kNow + hours(1), kNow + hours(9), kNow);
  EXPECT_EQ(plan->start, kNow + hours(3));
}

TEST(PlanStart, OfEqualsTheEarliest) {
  const auto f = hourly({300, 100, 300, 100, 100});
  for (const auto s : {Strategy::LowestSlot, Strategy::LowestWindow, Strategy::CarbonTime})
    EXPECT_EQ(start(s, *f, hours(1)), kNow + hours(1));
  const auto flat = hourly({300, 300, 300, 300});
  for (const auto s : {Strategy::LowestSlot, Strategy::LowestWindow, Strategy::CarbonTime})
    EXPECT_EQ(start(s, *flat, hours(1)), kNow);
}

TEST(PlanStart, ASavingOfRoundingIsNone) {
  const auto f = hourly({300, 300 * (1 - 1e-12), 300});
  for (const auto s : {Strategy::LowestSlot, Strategy::LowestWindow, Strategy::CarbonTime})
    EXPECT_EQ(start(s, *f, hours(1)), kNow);
}

TEST(PlanStart, WithoutADurationItIsTheLowestSlot) {
  const auto f = hourly({300, 200, 90, 500, 100});
  for (const auto s : {Strategy::LowestWindow, Strategy::CarbonTime}) {
    for (const std::optional<Millis> d : {std::optional<Millis>(), std::optional(Millis(0))}) {
      const auto plan = plan_start(s, *f, d, kNow, kNow + hours(9));
      EXPECT_EQ(plan->start, kNow + hours(2));
      EXPECT_EQ(plan->followed, Strategy::LowestSlot);
    }
  }
}

TEST(PlanStart, FirstGreenPlansNothing) {
  EXPECT_EQ(plan_start(Strategy::FirstGreen, *hourly({3, 2, 1}), hours(1), kNow, kNow + hours(9)),
            std::nullopt);
}

TEST(PlanStart, WithoutAForecastNothing) {
  const auto f = hourly({300, 100});
  EXPECT_EQ(plan_start(Strategy::LowestSlot, *f, hours(1), kNow + hours(2), kNow + hours(9)),
            std::nullopt);
}

TEST(PlanStart, NobodyWaitsForWhatNobodyPredicted) {
  // All that is known lies above the mean's tail: still the start is within the series.
  const auto f = hourly({100, 500, 900});
  const auto plan =
      plan_start(Strategy::LowestWindow, *f, hours(1), kNow + hours(1), kNow + hours(99));
  EXPECT_LT(plan->start, f->end());
}

TEST(PlanStart, PastTheDeadlineIsNow) {
  EXPECT_EQ(start(Strategy::LowestSlot, *hourly({300, 100}), hours(1), kNow - hours(1)), kNow);
}

TEST(Saving, IsAPartOfAStartNow) {
  EXPECT_DOUBLE_EQ(saving_of(400, 300).value(), 0.25);
  EXPECT_DOUBLE_EQ(saving_of(400, 500).value(), 0);
  EXPECT_DOUBLE_EQ(saving_of(400, -100).value(), 1);
  EXPECT_EQ(saving_of(0, 0), std::nullopt);
  EXPECT_EQ(saving_of(-5, -10), std::nullopt);
}

TEST(StartCost, IsTheMeanOfTheRunOrTheStep) {
  const auto f = hourly({300, 100});
  EXPECT_DOUBLE_EQ(start_cost(*f, hours(2), kNow), 200);
  EXPECT_DOUBLE_EQ(start_cost(*f, std::nullopt, kNow), 300);
}

}  // namespace
}  // namespace karbonetes::plan
