// What holds for every plan, over seeded random step functions, and equality with an oracle that
// tries every start. A failure names its case and repeats.
#include <gtest/gtest.h>

#include "plan/strategy.hpp"
#include "traces.hpp"

namespace karbonetes::plan {
namespace {

using api::Strategy;

constexpr int kCases = 4000;
constexpr double kClose = 1e-6;

StartPlan plan_of(Strategy strategy, const Case& c, std::optional<TimePoint> submitted = {}) {
  return plan_start(strategy, *c.forecast, c.duration, c.now, c.deadline, submitted).value();
}

TEST(StrategyOracle, LowestSlot) {
  Traces traces(1);
  for (int i = 0; i < kCases; ++i) {
    const Case c = traces.next();
    double best = c.forecast->at(c.now);
    TimePoint at = c.now;
    for (const TimePoint t : c.forecast->starts()) {
      if (t > c.now && t <= c.deadline && c.forecast->at(t) < best) {
        best = c.forecast->at(t);
        at = t;
      }
    }
    const StartPlan plan = plan_of(Strategy::LowestSlot, c);
    ASSERT_EQ(plan.start, at) << "case " << i;
    ASSERT_EQ(plan.cost_at_start, best);
  }
}

TEST(StrategyOracle, LowestWindow) {
  Traces traces(2);
  for (int i = 0; i < kCases; ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const Case c = traces.next();
    double best = std::numeric_limits<double>::infinity();
    for (const TimePoint s : starts_of(c))
      best = std::min(best, mean_by_hand(*c.forecast, s, c.duration));
    const StartPlan plan = plan_of(Strategy::LowestWindow, c);
    ASSERT_NEAR(plan.cost_at_start, best, kClose);
    ASSERT_NEAR(mean_by_hand(*c.forecast, plan.start, c.duration), plan.cost_at_start, kClose);
    // The earliest of equals.
    for (const TimePoint s : starts_of(c)) {
      if (s >= plan.start) break;
      ASSERT_GT(mean_by_hand(*c.forecast, s, c.duration), plan.cost_at_start);
    }
  }
}

// The optimum is at a bend of the cost: no start between, looked at minute by minute, is better.
TEST(StrategyOracle, NoStartBetweenTheBendsIsBetter) {
  Traces traces(3);
  for (int i = 0; i < 300; ++i) {
    const Case c = traces.next();
    const StartPlan window = plan_of(Strategy::LowestWindow, c);
    const StartPlan rate = plan_of(Strategy::CarbonTime, c);
    const auto saved_by = [&](double cost, TimePoint s) {
      return (rate.cost_now - cost) / static_cast<double>((s - c.now + c.duration).count());
    };
    for (TimePoint s = c.now; s < std::min(c.deadline, c.forecast->end()); s += Millis(61'000)) {
      const double cost = mean_by_hand(*c.forecast, s, c.duration);
      ASSERT_GE(cost, window.cost_at_start - kClose) << "case " << i;
      ASSERT_LE(saved_by(cost, s), saved_by(rate.cost_at_start, rate.start) + 1e-9);
    }
  }
}

TEST(StrategyOracle, CarbonTime) {
  Traces traces(4);
  for (int i = 0; i < kCases; ++i) {
    SCOPED_TRACE("case " + std::to_string(i));
    const Case c = traces.next();
    const TimePoint submitted = c.now - Millis(traces.coin() ? 0 : traces.below(3'600'000));
    const double reference = mean_by_hand(*c.forecast, submitted, c.duration);
    const auto rate = [&](TimePoint s) {
      return (reference - mean_by_hand(*c.forecast, s, c.duration)) /
             static_cast<double>((s - submitted + c.duration).count());
    };
    double best = -std::numeric_limits<double>::infinity();
    for (const TimePoint s : starts_of(c)) best = std::max(best, rate(s));
    const StartPlan plan = plan_of(Strategy::CarbonTime, c, submitted);
    if (best * static_cast<double>(c.duration.count()) < kClose) {
      // Nothing saves against the submission: the cheapest.
      ASSERT_NEAR(plan.cost_at_start, plan_of(Strategy::LowestWindow, c).cost_at_start, kClose);
      continue;
    }
    ASSERT_NEAR(rate(plan.start) / best, 1, 1e-6);
    for (const TimePoint s : starts_of(c)) {
      if (s >= plan.start) break;
      ASSERT_LT(rate(s), best);
    }
  }
}

// A year of half hours, so that the trees are deep.
TEST(StrategyOracle, LongSeries) {
  Traces traces(5);
  carbon::Series<carbon::Average> s;
  for (int i = 0; i < 17'568; ++i)
    s.points.push_back(
        {Traces::kOrigin + Millis(1'800'000) * i,
         carbon::Intensity<carbon::Average>(static_cast<double>(traces.below(700)))});
  s.end = s.points.back().from + Millis(1'800'000);
  s.observed_until = Traces::kOrigin;
  Case c{carbon::Forecast::prepare(s), Millis(4 * 3'600'000), {}, {}};
  for (int i = 0; i < 20; ++i) {
    c.now = Traces::kOrigin + Millis(traces.below(8'000LL * 1'800'000));
    c.deadline = c.now + Millis(traces.below(9'000LL * 1'800'000));
    const double reference = c.forecast->mean_over(c.now, c.duration);
    double lowest = reference;
    double rate = 0;
    for (const TimePoint t : starts_of(c)) {
      const double cost = c.forecast->mean_over(t, c.duration);
      lowest = std::min(lowest, cost);
      rate = std::max(rate,
                      (reference - cost) / static_cast<double>((t - c.now + c.duration).count()));
    }
    ASSERT_NEAR(plan_of(Strategy::LowestWindow, c).cost_at_start, lowest, kClose);
    const StartPlan plan = plan_of(Strategy::CarbonTime, c);
    ASSERT_NEAR((reference - plan.cost_at_start) /
                    static_cast<double>((plan.start - c.now + c.duration).count()),
                rate, rate * 1e-6 + 1e-15);
  }
}

class EveryStrategy : public testing::TestWithParam<Strategy> {};

TEST_P(EveryStrategy, NeverPastTheDeadlineAndNeverWorseThanNow) {
  Traces traces(6);
  for (int i = 0; i < kCases; ++i) {
    const Case c = traces.next();
    const StartPlan plan = plan_of(GetParam(), c);
    ASSERT_GE(plan.start, c.now) << "case " << i;
    ASSERT_LE(plan.start, c.deadline) << "case " << i;
    ASSERT_LE(plan.cost_at_start, plan.cost_now);
    ASSERT_TRUE(plan.start == c.now || plan.cost_at_start < plan.cost_now);
    ASSERT_GE(plan.saving().value(), 0);
  }
}

TEST_P(EveryStrategy, AskedAgainWhileTimePassesItAnswersTheSame) {
  Traces traces(7);
  int waits = 0;
  for (int i = 0; i < kCases; ++i) {
    Case c = traces.next();
    const TimePoint submitted = c.now;
    const StartPlan plan = plan_of(GetParam(), c, submitted);
    const Millis wait = plan.start - c.now;
    waits += wait > Millis(0);
    for (const Millis passed : {wait / 3, wait - wait / 7, wait}) {
      c.now = submitted + passed;
      ASSERT_EQ(plan_of(GetParam(), c, submitted).start, plan.start)
          << "case " << i << " after " << format_duration(passed);
    }
  }
  EXPECT_GT(waits, kCases / 4) << "the generator must make Jobs wait";
}

TEST_P(EveryStrategy, ShiftingClockAndDataShiftsTheAnswer) {
  Traces traces(8);
  for (int i = 0; i < kCases / 4; ++i) {
    Case c = traces.next();
    const StartPlan before = plan_of(GetParam(), c);
    const Millis by(traces.below(400LL * 86'400'000));
    auto series = std::get<carbon::Series<carbon::Average>>(c.forecast->series());
    for (auto& p : series.points) p.from += by;
    series.end += by;
    series.observed_until += by;
    c.forecast = carbon::Forecast::prepare(std::move(series));
    c.now += by;
    c.deadline += by;
    const StartPlan after = plan_of(GetParam(), c);
    ASSERT_EQ(after.start, before.start + by) << "case " << i;
    ASSERT_EQ(after.cost_at_start, before.cost_at_start);
  }
}

INSTANTIATE_TEST_SUITE_P(All, EveryStrategy,
                         testing::Values(Strategy::LowestSlot, Strategy::LowestWindow,
                                         Strategy::CarbonTime),
                         [](const auto& p) { return std::string(api::name(p.param)); });

TEST(StrategyProperties, ALongerWaitNeverCostsCarbonUnderLowestWindow) {
  Traces traces(9);
  for (int i = 0; i < kCases; ++i) {
    Case c = traces.next();
    double before = plan_of(Strategy::LowestWindow, c).cost_now;
    for (int longer = 0; longer < 6; ++longer) {
      const double cost = plan_of(Strategy::LowestWindow, c).cost_at_start;
      ASSERT_LE(cost, before * (1 + 1e-9)) << "case " << i;
      before = cost;
      c.deadline += Millis(traces.below(2'000'000));
    }
  }
}

TEST(StrategyProperties, CarbonTimeNeverWaitsLongerThanLowestWindow) {
  Traces traces(10);
  for (int i = 0; i < kCases; ++i) {
    const Case c = traces.next();
    ASSERT_LE(plan_of(Strategy::CarbonTime, c).start, plan_of(Strategy::LowestWindow, c).start)
        << "case " << i;
  }
}

}  // namespace
}  // namespace karbonetes::plan
