#include "ledger/account.hpp"

#include <gmock/gmock.h>

#include "times.hpp"

namespace karbonetes::ledger {
namespace {

using carbon::Average;
using carbon::Grams;
using carbon::Marginal;

// Relative error of a sum of doubles; the bound that the account promises.
constexpr double kExact = 1e-9;

void expect_near(double a, double b) { EXPECT_NEAR(a, b, kExact * std::max(1.0, std::abs(b))); }

TEST(Account, WorkedExampleOfTheDesign) {
  Requests r;
  r.vcpu = 4;
  r.memory_gib = 16;
  ledger::Run job = run(at(16), at(22), at(28));
  job.energy = energy_of(r, 1, job.duration(), model_of(CloudProvider::Gcp));
  const auto e = emissions(job, observed({{at(16), 400}, {at(22), 150}}, at(30)));
  ASSERT_TRUE(e);
  EXPECT_NEAR(e->avoided().value, 27.5, 0.05);
  EXPECT_NEAR(e->counterfactual.value, 44.02, 0.01);
  EXPECT_NEAR(e->actual.value, 16.51, 0.01);
  EXPECT_EQ(e->coverage, 1);
}

TEST(Account, SpansThatOverlapAreValuedEachForItself) {
  const auto e = emissions(run(at(0), at(1), at(3), 4),
                           observed({{at(0), 100}, {at(1), 200}, {at(2), 600}}, at(3)));
  ASSERT_TRUE(e);
  expect_near(e->actual.value, 4 * 400);
  expect_near(e->counterfactual.value, 4 * 150);
}

TEST(Account, ARunThatEmittedMoreShowsAsNegative) {
  const auto e =
      emissions(run(at(0), at(1), at(2), 2), observed({{at(0), 100}, {at(1), 300}}, at(2)));
  ASSERT_TRUE(e);
  EXPECT_EQ(e->avoided(), Grams<Average>(-400));
}

TEST(Account, WhatWasNotObservedIsValuedAtTheMeanOfWhatWas) {
  // Of the two hours of each span, the actual one was observed for its first hour alone.
  const auto e =
      emissions(run(at(0), at(4), at(6), 1),
                ObservedSeries<Average>({{at(0), at(2), carbon::Intensity<Average>(400)},
                                         {at(4), at(5), carbon::Intensity<Average>(100)}}));
  ASSERT_TRUE(e);
  EXPECT_DOUBLE_EQ(e->coverage, 0.75);
  expect_near(e->counterfactual.value, 400);
  expect_near(e->actual.value, (100 + 300) / 2.0);  // the mean of 400, 400, 100 is 300
}

TEST(Account, ASpanThatNobodyObservedAvoidsNothing) {
  const auto e =
      emissions(run(at(0), at(4), at(6), 1),
                ObservedSeries<Average>({{at(0), at(2), carbon::Intensity<Average>(400)}}));
  ASSERT_TRUE(e);
  EXPECT_EQ(e->coverage, 0.5);
  expect_near(e->avoided().value, 0);
}

TEST(Account, NothingObservedIsNoAccount) {
  EXPECT_FALSE(emissions(run(at(0), at(4), at(6)), ObservedSeries<Average>()));
  EXPECT_FALSE(emissions(run(at(0), at(4), at(6)), observed({{at(10), 400}}, at(11))));
}

TEST(Account, ARunWithoutLengthIsValuedAtItsInstants) {
  const auto seen = observed({{at(0), 400}, {at(1), 100}}, at(2));
  const auto e = emissions(run(at(0), at(1), at(1), 2), seen);
  ASSERT_TRUE(e);
  EXPECT_EQ(e->actual, Grams<Average>(200));
  EXPECT_EQ(e->counterfactual, Grams<Average>(800));
  EXPECT_EQ(e->coverage, 1);
  EXPECT_EQ(emissions(run(at(0), at(5), at(5), 2), seen)->coverage, 0.5);
  // Clocks that disagree: finished before it started.
  EXPECT_EQ(emissions(run(at(0), at(1), at(0), 2), seen)->actual, Grams<Average>(200));
}

TEST(Account, KindsAreSettledApart) {
  ObservedZone zone;
  zone.average = observed({{at(0), 400}, {at(1), 100}}, at(2));
  const Account only_average = account_of(run(at(0), at(1), at(2)), "a/default", zone);
  EXPECT_EQ(only_average.average->avoided(), Grams<Average>(300));
  EXPECT_FALSE(only_average.marginal);
  EXPECT_FALSE(only_average.shadow);
  zone.marginal = observed<Marginal>({{at(0), 500}, {at(1), 800}}, at(2));
  const Account both = account_of(run(at(0), at(1), at(2)), "a/default", zone);
  EXPECT_EQ(both.average->avoided(), Grams<Average>(300));
  EXPECT_EQ(both.marginal->avoided(), Grams<Marginal>(-300));
  EXPECT_EQ(both.policy, "a/default");
}

TEST(Account, AShadowJobTellsWhatItsStartWouldHaveAvoided) {
  ObservedZone zone;
  zone.average = observed({{at(0), 400}, {at(4), 150}}, at(8));
  ledger::Run job = run(at(0), at(0), at(2));
  job.would_start = at(4);
  EXPECT_EQ(settled_at(job), at(6));
  const Account a = account_of(job, "a/default", zone);
  EXPECT_EQ(a.average->avoided(), Grams<Average>(0));
  ASSERT_TRUE(a.shadow);
  EXPECT_EQ(a.shadow->start, at(4));
  EXPECT_EQ(a.shadow->average->avoided(), Grams<Average>(250));
  EXPECT_FALSE(a.shadow->marginal);
}

TEST(Account, SettledWhenTheLastSpanIsOver) {
  EXPECT_EQ(settled_at(run(at(0), at(1), at(3))), at(3));
  EXPECT_EQ(settled_at(run(at(2), at(1), at(3))), at(4));
}

class AccountProperty : public testing::Test {
 protected:
  TimePoint instant(int from_hour, int to_hour) {
    return at(from_hour) + Seconds(random() % static_cast<unsigned>((to_hour - from_hour) * 3600));
  }
  ledger::Run random_run() {
    const TimePoint submitted = instant(0, 10);
    const TimePoint started = submitted + Seconds(random() % 36'000);
    return run(submitted, started, started + Seconds(1 + (random() % 36'000)),
               static_cast<double>(1 + (random() % 10'000)) / 1000);
  }

  std::mt19937 random{20261124};
  static constexpr int kHours = 40;  // covers every random_run()
};

TEST_F(AccountProperty, AJobThatDidNotWaitAvoidsNothing) {
  for (int i = 0; i < 300; ++i) {
    ledger::Run job = random_run();
    job.finished -= job.started - job.submitted;
    job.started = job.submitted;
    const auto e = emissions(job, random_series(random, kHours));
    ASSERT_TRUE(e);
    EXPECT_EQ(e->avoided().value, 0);
    EXPECT_DOUBLE_EQ(e->coverage, 1);
  }
}

TEST_F(AccountProperty, TheAccountOverASplitSpanAddsUp) {
  for (int i = 0; i < 300; ++i) {
    const ledger::Run whole = random_run();
    const auto seen = random_series(random, kHours);
    const Millis cut = Seconds(random() % static_cast<unsigned>(whole.duration() / Seconds(1) + 1));
    const double share =
        static_cast<double>(cut.count()) / static_cast<double>(whole.duration().count());
    ledger::Run first = whole, second = whole;
    first.finished = whole.started + cut;
    first.energy.kwh = whole.energy.kwh * share;
    second.submitted += cut;
    second.started += cut;
    second.energy.kwh = whole.energy.kwh * (1 - share);
    const auto e = emissions(whole, seen), a = emissions(first, seen), b = emissions(second, seen);
    ASSERT_TRUE(e && a && b);
    expect_near(a->actual.value + b->actual.value, e->actual.value);
    expect_near(a->counterfactual.value + b->counterfactual.value, e->counterfactual.value);
  }
}

TEST_F(AccountProperty, ShiftingAllOfTimeShiftsNothing) {
  for (int i = 0; i < 300; ++i) {
    const ledger::Run job = random_run();
    const auto seen = random_series(random, kHours);
    const Millis shift = Seconds(random() % 100'000'000);
    std::vector<Step<Average>> steps(seen.steps().begin(), seen.steps().end());
    for (auto& s : steps) {
      s.from += shift;
      s.until += shift;
    }
    ledger::Run later = job;
    later.submitted += shift;
    later.started += shift;
    later.finished += shift;
    const auto e = emissions(job, seen);
    const auto f = emissions(later, ObservedSeries<Average>(steps));
    ASSERT_TRUE(e && f);
    EXPECT_EQ(e->actual.value, f->actual.value);
    EXPECT_EQ(e->counterfactual.value, f->counterfactual.value);
  }
}

TEST_F(AccountProperty, ScalingPowerScalesGramsNotThePercentage) {
  for (int i = 0; i < 300; ++i) {
    const ledger::Run job = random_run();
    const auto seen = random_series(random, kHours);
    ledger::Run stronger = job;
    stronger.energy.kwh *= 3.7;
    const auto e = emissions(job, seen), f = emissions(stronger, seen);
    ASSERT_TRUE(e && f);
    expect_near(f->avoided().value, 3.7 * e->avoided().value);
    EXPECT_NEAR(f->avoided().value / f->counterfactual.value,
                e->avoided().value / e->counterfactual.value, 1e-9);
  }
}

// Summed second by second in extended precision.
TEST_F(AccountProperty, IntegralsAreExact) {
  for (int i = 0; i < 20; ++i) {
    const ledger::Run job = random_run();
    const auto seen = random_series(random, kHours);
    const auto sum = [&](TimePoint from) {
      long double total = 0;
      for (TimePoint t = from; t < from + job.duration(); t += Seconds(1)) {
        total += static_cast<long double>(seen.at(t)->grams_per_kwh);
      }
      return static_cast<double>(total * static_cast<long double>(job.energy.kwh) /
                                 static_cast<long double>(job.duration() / Seconds(1)));
    };
    const auto e = emissions(job, seen);
    ASSERT_TRUE(e);
    expect_near(e->actual.value, sum(job.started));
    expect_near(e->counterfactual.value, sum(job.submitted));
  }
}

TEST_F(AccountProperty, CoverageIsAPartAndGramsStayWithinWhatWasObserved) {
  for (int i = 0; i < 300; ++i) {
    const ledger::Run job = random_run();
    std::vector<Step<Average>> steps;
    const auto whole = random_series(random, kHours);
    for (const auto& s : whole.steps()) {
      if (random() % 2 == 0) steps.push_back(s);
    }
    const auto e = emissions(job, ObservedSeries<Average>(steps));
    if (!e) continue;
    EXPECT_GT(e->coverage, 0);
    EXPECT_LE(e->coverage, 1);
    EXPECT_LE(e->actual.value, job.energy.kwh * 950 + kExact);
    EXPECT_GE(e->actual.value, job.energy.kwh * -50 - kExact);
  }
}

}  // namespace
}  // namespace karbonetes::ledger
