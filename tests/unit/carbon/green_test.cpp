#include "carbon/green.hpp"

#include <gtest/gtest.h>

#include <random>

#include "series.hpp"

namespace karbonetes::carbon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kBegin = parse_rfc3339("2026-11-24T00:00:00Z").value();

AbsoluteThreshold below(double grams, double hysteresis = 0) {
  return {Intensity<Average>(grams), hysteresis};
}

std::vector<std::pair<int, int>> in_hours(const GreenIntervals& green) {
  std::vector<std::pair<int, int>> out;
  for (const auto& i : green.intervals)
    out.emplace_back((i.start - kBegin) / hours(1), (i.end - kBegin) / hours(1));
  return out;
}

using Hours = std::vector<std::pair<int, int>>;

TEST(GreenIntervals, AreWhereTheSeriesIsAtOrBelowTheThreshold) {
  const auto f = forecast(kBegin, hours(1), {300, 200, 150, 250, 100, 100});
  const auto green = green_intervals(*f, below(200));
  EXPECT_EQ(in_hours(*green), (Hours{{1, 3}, {4, 6}}));
  EXPECT_EQ(green->state_at(kBegin), GreenState::NotGreen);
  EXPECT_EQ(green->state_at(kBegin + hours(1)), GreenState::Green);
  EXPECT_EQ(green->state_at(kBegin + hours(3)), GreenState::NotGreen);
  EXPECT_EQ(green->state_at(kBegin + hours(6) - Millis(1)), GreenState::Green);
  EXPECT_EQ(green->state_at(kBegin + hours(6)), GreenState::Unknown) << "the series has ended";
  EXPECT_EQ(green->next_green(kBegin), kBegin + hours(1));
  EXPECT_EQ(green->next_green(kBegin + hours(1)), kBegin + hours(4));
  EXPECT_EQ(green->next_green(kBegin + hours(4)), std::nullopt);
}

TEST(GreenIntervals, BeforeTheSeriesItsFirstStepHolds) {
  const auto green = green_intervals(*forecast(kBegin, hours(1), {100, 300}), below(200));
  EXPECT_EQ(green->state_at(kBegin - minutes(5)), GreenState::Green);
  EXPECT_EQ(green->next_green(kBegin - minutes(5)), std::nullopt);
}

TEST(GreenIntervals, HysteresisKeepsWhatIsGreen) {
  const auto f = forecast(kBegin, hours(1), {209, 200, 209, 211, 209, 199, 205});
  const auto green = green_intervals(*f, below(200, 0.05));
  EXPECT_DOUBLE_EQ(green->below, 200);
  EXPECT_DOUBLE_EQ(green->until_above, 210);
  // 209 is in the band: it ends nothing that is green, and begins nothing.
  EXPECT_EQ(in_hours(*green), (Hours{{1, 3}, {5, 7}}));
}

TEST(GreenIntervals, AThresholdOfTheOtherKindDoesNotApply) {
  const auto f = forecast<Marginal>(kBegin, hours(1), {100, 100});
  const auto green = green_intervals(*f, below(200));
  EXPECT_EQ(green->state_at(kBegin), GreenState::Unknown);
  EXPECT_EQ(green->next_green(kBegin), std::nullopt);
  EXPECT_EQ(green->not_applicable,
            "the threshold is for average intensity, and the source publishes marginal intensity");
  const AbsoluteThreshold marginal{Intensity<Marginal>(200), 0};
  EXPECT_EQ(green_intervals(*f, marginal)->state_at(kBegin), GreenState::Green);
}

TEST(GreenIntervals, APercentileCountsTheForecastAlone) {
  // Observed: cheap. The lowest half of what is to come is at or below 300.
  const auto f = forecast(kBegin, hours(1), {10, 10, 10, 200, 300, 400, 500}, 3);
  const auto green = green_intervals(*f, PercentileThreshold{50, hours(24), 0});
  EXPECT_DOUBLE_EQ(green->below, 300);
  EXPECT_EQ(in_hours(*green), (Hours{{0, 5}}));
}

TEST(GreenIntervals, APercentileEndsAtItsHorizon) {
  const auto f = forecast(kBegin, hours(1), {400, 300, 200, 100, 50, 40, 30});
  EXPECT_DOUBLE_EQ(green_intervals(*f, PercentileThreshold{25, hours(4), 0})->below, 100);
  EXPECT_DOUBLE_EQ(green_intervals(*f, PercentileThreshold{26, hours(4), 0})->below, 200);
}

TEST(GreenIntervals, APercentileIsWeightedByTime) {
  Series<Average> s;
  s.points = {{kBegin, Intensity<Average>(100)},
              {kBegin + hours(9), Intensity<Average>(50)},
              {kBegin + hours(10), Intensity<Average>(500)}};
  s.end = kBegin + hours(20);
  s.observed_until = kBegin;
  const auto f = Forecast::prepare(s);
  EXPECT_DOUBLE_EQ(green_intervals(*f, PercentileThreshold{5, hours(24), 0})->below, 50);
  EXPECT_DOUBLE_EQ(green_intervals(*f, PercentileThreshold{50, hours(24), 0})->below, 100);
  EXPECT_DOUBLE_EQ(green_intervals(*f, PercentileThreshold{51, hours(24), 0})->below, 500);
}

TEST(GreenIntervals, WithoutAForecastThePastIsTheMeasure) {
  const auto f = forecast(kBegin, hours(1), {900, 100, 200, 300, 250}, 4);
  const auto green = green_intervals(*f, PercentileThreshold{34, hours(3), 0});
  EXPECT_DOUBLE_EQ(green->below, 200) << "of 100, 200, 300; one hour of forecast is too little";
}

TEST(GreenIntervals, WithNeitherPastNorForecastAPercentileDoesNotApply) {
  const auto f = forecast(kBegin, hours(1), {100, 200}, 1);
  const auto green = green_intervals(*f, kDefaultPercentile);
  EXPECT_EQ(green->state_at(kBegin), GreenState::Unknown);
  EXPECT_EQ(green->not_applicable, "its series is shorter than the 2h that a percentile takes");
  const PercentileThreshold short_horizon{50, hours(1), 0};
  EXPECT_EQ(green_intervals(*f, short_horizon)->state_at(kBegin), GreenState::Green);
}

TEST(GreenIntervals, AFlatSeriesIsGreenAllTheTime) {
  const auto f = forecast(kBegin, hours(1), {200, 200, 200, 200});
  EXPECT_EQ(in_hours(*green_intervals(*f, kDefaultPercentile)), (Hours{{0, 4}}));
}

TEST(GreenIntervals, ALastPointThatHoldsForNoTimeBeginsNothing) {
  Series<Average> s = series(kBegin, hours(1), {300, 300, 100});
  s.end = kBegin + hours(2);
  EXPECT_TRUE(green_intervals(*Forecast::prepare(s), below(200))->intervals.empty());
}

TEST(GreenIntervals, AreMadeOnceForEachRule) {
  const auto f = forecast(kBegin, hours(1), {300, 200, 150});
  EXPECT_EQ(green_intervals(*f, below(200)), green_intervals(*f, below(200)));
  EXPECT_NE(green_intervals(*f, below(200)), green_intervals(*f, below(201)));
  EXPECT_NE(green_intervals(*f, below(200)), green_intervals(*f, below(200, 0.1)));
  EXPECT_EQ(green_intervals(*f, kDefaultPercentile), green_intervals(*f, kDefaultPercentile));
}

// Random walks around the threshold.
std::shared_ptr<const Forecast> wobble(std::mt19937& random, int steps) {
  std::vector<double> values;
  for (int i = 0; i < steps; ++i) values.push_back(150 + static_cast<double>(random() % 101));
  return forecast(kBegin, minutes(5), values);
}

TEST(GreenProperties, HysteresisDoesNotFlap) {
  std::mt19937 random(20261124);
  std::size_t with = 0;
  std::size_t without = 0;
  for (int round = 0; round < 300; ++round) {
    const auto f = wobble(random, 200);
    const auto damped = green_intervals(*f, below(200, 0.05));
    with += damped->intervals.size();
    without += green_intervals(*f, below(200))->intervals.size();
    // Every interval begins at or below the threshold, holds within the band, and ends above it.
    for (const auto& i : damped->intervals) {
      ASSERT_LE(f->at(i.start), 200);
      for (TimePoint t = i.start; t < i.end; t += minutes(5)) ASSERT_LE(f->at(t), 210);
      if (i.end < f->end()) {
        ASSERT_GT(f->at(i.end), 210);
      }
    }
    for (TimePoint t = kBegin; t < f->end(); t += minutes(5)) {
      ASSERT_TRUE(f->at(t) > 200 || damped->state_at(t) == GreenState::Green);
      ASSERT_TRUE(f->at(t) <= 210 || damped->state_at(t) == GreenState::NotGreen);
    }
  }
  EXPECT_LT(with, without * 9 / 10);
}

TEST(GreenProperties, AtLeastThePercentOfTheTimeIsGreen) {
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    const auto f = wobble(random, 24 + static_cast<int>(random() % 300));
    const PercentileThreshold rule{1 + static_cast<double>(random() % 99), hours(24 * 7), 0};
    Millis green(0);
    for (const auto& i : green_intervals(*f, rule)->intervals) green += i.end - i.start;
    ASSERT_GE(static_cast<double>(green.count()),
              static_cast<double>((f->end() - f->begin()).count()) * rule.percent / 100 - 1);
  }
}

TEST(GreenProperties, NextGreenIsWhereTheStateTurns) {
  std::mt19937 random(2);
  for (int round = 0; round < 100; ++round) {
    const auto f = wobble(random, 60);
    const auto green = green_intervals(*f, PercentileThreshold{30, hours(24), 0.02});
    for (TimePoint t = kBegin; t < f->end(); t += minutes(1)) {
      const auto next = green->next_green(t);
      if (!next) continue;
      ASSERT_GT(*next, t);
      ASSERT_EQ(green->state_at(*next), GreenState::Green);
      ASSERT_EQ(green->state_at(*next - Millis(1)), GreenState::NotGreen);
    }
  }
}

}  // namespace
}  // namespace karbonetes::carbon
