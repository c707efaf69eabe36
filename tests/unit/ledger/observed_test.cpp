#include "ledger/observed.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <map>

#include "times.hpp"

namespace karbonetes::ledger {
namespace {

using carbon::Average;
using carbon::Intensity;
using carbon::Marginal;
using testing::ElementsAre;
using testing::IsEmpty;

Step<Average> step(TimePoint from, TimePoint until, double grams) {
  return {from, until, Intensity<Average>(grams)};
}

TEST(Observed, TakesWhatWasObservedAndThePresent) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(10), 400}, {at(11), 300}, {at(12), 200}, {at(13), 100}}, at(14), at(12)),
             at(12, 20));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(10), at(11), 400), step(at(11), at(12), 300),
                                        step(at(12), at(12, 20), 200)));
  EXPECT_EQ(seen.observed_until(), at(12));
}

TEST(Observed, AForecastThatNobodyObservedIsNotTaken) {
  ObservedSeries<Average> seen;
  // Published until 10:00, now is 12:30: the hours between are forecast, and stay unobserved.
  seen.merge(series({{at(9), 400}, {at(10), 300}, {at(11), 250}, {at(12), 200}}, at(13), at(10)),
             at(12, 30));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(9), at(10), 400), step(at(12), at(12, 30), 200)));
  EXPECT_FALSE(seen.at(at(11)));
}

TEST(Observed, ALaterObservationOfAnInstantWins) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(10), 400}}, at(12), at(12)), at(12));
  seen.merge(series({{at(10, 30), 350}, {at(11), 300}}, at(11, 30), at(11, 30)), at(12));
  EXPECT_THAT(seen.steps(),
              ElementsAre(step(at(10), at(10, 30), 400), step(at(10, 30), at(11), 350),
                          step(at(11), at(11, 30), 300), step(at(11, 30), at(12), 400)));
}

TEST(Observed, ThePresentNeverReplacesAnObservation) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(9), 400}}, at(11), at(11)), at(11));
  // Another source takes over: its present value is a forecast for the whole morning.
  seen.merge(series({{at(6), 300}}, at(12), at(6)), at(11, 30));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(6), at(9), 300), step(at(9), at(11), 400),
                                        step(at(11), at(11, 30), 300)));
}

TEST(Observed, ANewerPresentReplacesAnOlderOne) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(11), 400}}, at(12), at(11)), at(11, 20));
  seen.merge(series({{at(11), 380}}, at(12), at(11)), at(11, 40));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(11), at(11, 40), 380)));
  // And the observation, when it is published, replaces both.
  seen.merge(series({{at(11), 390}, {at(12), 200}}, at(13), at(12)), at(12));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(11), at(12), 390)));
}

TEST(Observed, EqualNeighboursAreJoined) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(10), 400}, {at(11), 400}, {at(12), 300}}, at(13), at(13)), at(13));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(10), at(12), 400), step(at(12), at(13), 300)));
  seen.merge(series({{at(13), 300}}, at(14), at(14)), at(14));
  EXPECT_EQ(seen.steps().size(), 2u);
}

TEST(Observed, ASilentSourceLeavesAGap) {
  ObservedSeries<Average> seen;
  const auto old = series({{at(10), 400}}, at(11), at(10));
  seen.merge(old, at(10, 30));
  seen.merge(old, at(12));  // still the same answer: it says nothing of the time after 11:00
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(10), at(10, 30), 400)));
  EXPECT_FALSE(seen.at(at(11, 30)));
}

TEST(Observed, NothingOfTheFutureIsTaken) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(10), 400}, {at(14), 300}}, at(20), at(20)), at(12));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(10), at(12), 400)));
}

TEST(Observed, HostileSeriesAreTakenAsFarAsTheyMakeSense) {
  ObservedSeries<Average> seen;
  seen.merge(carbon::Series<Average>{}, at(12));
  EXPECT_THAT(seen.steps(), IsEmpty());
  seen.merge(series({{at(10), std::nan("")}, {at(11), 1e300}, {at(12), 200}}, at(13), at(13)),
             at(13));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(12), at(13), 200)));
  // Out of order, twice the same instant, an end before its start.
  seen = {};
  seen.merge(series({{at(10), 1}, {at(8), 2}, {at(9), 3}, {at(9), 4}, {at(11), 5}}, at(7), at(30)),
             at(30));
  for (std::size_t i = 1; i < seen.steps().size(); ++i) {
    EXPECT_LE(seen.steps()[i - 1].until, seen.steps()[i].from);
  }
}

TEST(Observed, ForgetsWhatIsOlderThanFourteenDays) {
  ObservedSeries<Average> seen;
  seen.merge(series({{at(0), 400}}, at(48), at(48)), at(48));
  seen.merge(series({{at(48), 300}}, at(24 * 15), at(24 * 15)), at(24 * 15));
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(24), at(48), 400), step(at(48), at(24 * 15), 300)));
}

TEST(Observed, KeepsTheNewestOfTooManySteps) {
  carbon::Series<Average> busy;
  for (int i = 0; i < 10'000; ++i) busy.points.push_back({at(0, i), Intensity<Average>(i)});
  busy.end = busy.observed_until = at(0, 10'000);
  ObservedSeries<Average> seen;
  seen.merge(busy, busy.end);
  EXPECT_EQ(seen.steps().size(), ObservedSeries<Average>::kMaxSteps);
  EXPECT_EQ(seen.steps().back().value.grams_per_kwh, 9999);
}

TEST(Observed, IntegralIsExact) {
  const auto seen = observed({{at(0), 100}, {at(1), 250.5}, {at(3), 50}}, at(4));
  const auto o = seen.over(at(0, 30), at(3, 15));
  EXPECT_EQ(o.covered, std::chrono::minutes(165));
  EXPECT_DOUBLE_EQ(o.integral, (100 * 30 + 250.5 * 120 + 50 * 15) * 60'000.0);
  EXPECT_EQ(seen.over(at(5), at(6)).covered, Millis(0));
  EXPECT_EQ(seen.over(at(2), at(1)).covered, Millis(0));
}

TEST(Observed, WhatAnEarlierProcessLeftFillsTheGaps) {
  auto kept = observed({{at(8), 500}}, at(10));
  ObservedSeries<Average> seen;
  seen.merge(series({{at(9), 400}}, at(11), at(11)), at(11));
  seen.take_in(kept);
  EXPECT_THAT(seen.steps(), ElementsAre(step(at(8), at(9), 500), step(at(9), at(11), 400)));
  EXPECT_EQ(seen.observed_until(), at(11));
}

// Against a map from each minute to its value, over random merges.
TEST(Observed, AgreesWithANaiveModel) {
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    ObservedSeries<Average> seen;
    std::map<int, double> model;  // minute -> value
    for (int i = 0; i < 12; ++i) {
      carbon::Series<Average> s;
      int minute = static_cast<int>(random() % 600);
      const int begin = minute;
      for (int n = 1 + static_cast<int>(random() % 6); n > 0; --n) {
        s.points.push_back({at(0, minute), Intensity<Average>(double(random() % 5))});
        minute += 1 + static_cast<int>(random() % 40);
      }
      s.end = s.observed_until = at(0, minute);
      for (int m = begin; m < minute; ++m) {
        for (const auto& p : s.points) {
          if (p.from <= at(0, m)) model[m] = p.value.grams_per_kwh;
        }
      }
      seen.merge(s, at(24));
    }
    for (int m = 0; m < 1000; ++m) {
      const auto value = seen.at(at(0, m));
      ASSERT_EQ(value.has_value(), model.contains(m)) << round << " " << m;
      if (value) {
        ASSERT_EQ(value->grams_per_kwh, model[m]) << round << " " << m;
      }
    }
  }
}

TEST(Observed, ZonesAndKindsAreKeptApart) {
  Observed all;
  all.merge("DE", series<Average>({{at(10), 400}}, at(11), at(11)), at(11));
  all.merge("DE", series<Marginal>({{at(10), 700}}, at(11), at(11)), at(11));
  all.merge("FR", series<Average>({{at(10), 50}}, at(11), at(11)), at(11));
  all.merge("FR", std::monostate{}, at(11));
  EXPECT_EQ(all.zone("DE").average.at(at(10))->grams_per_kwh, 400);
  EXPECT_EQ(all.zone("DE").marginal.at(at(10))->grams_per_kwh, 700);
  EXPECT_EQ(all.zone("FR").average.at(at(10))->grams_per_kwh, 50);
  EXPECT_TRUE(all.zone("FR").marginal.empty());
  EXPECT_TRUE(all.zone("XX").average.empty());
}

TEST(Observed, TooManyZonesAreNotTaken) {
  Observed all;
  for (int i = 0; i < 300; ++i) {
    all.merge(std::to_string(i), series({{at(10), 400}}, at(11), at(11)), at(11));
  }
  EXPECT_EQ(all.zones.size(), Observed::kMaxZones);
  EXPECT_FALSE(all.zone("0").average.empty());
}

}  // namespace
}  // namespace karbonetes::ledger
