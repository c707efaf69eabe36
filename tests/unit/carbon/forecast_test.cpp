#include "carbon/forecast.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <random>
#include <string>
#include <thread>

#include "series.hpp"

namespace karbonetes::carbon {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const TimePoint kBegin = parse_rfc3339("2026-11-24T00:00:00Z").value();
constexpr double kHour = 3'600'000;

TEST(Forecast, OfNothingIsNull) {
  EXPECT_EQ(Forecast::prepare(std::monostate{}), nullptr);
  EXPECT_EQ(Forecast::prepare(Series<Average>{}), nullptr);
}

TEST(Forecast, IsAStepFunctionWithItsMeanBeyondTheEnd) {
  const auto f = forecast(kBegin, hours(1), {100, 200, 600});
  EXPECT_DOUBLE_EQ(f->mean(), 300);
  EXPECT_DOUBLE_EQ(f->at(kBegin - hours(5)), 100);
  EXPECT_DOUBLE_EQ(f->at(kBegin), 100);
  EXPECT_DOUBLE_EQ(f->at(kBegin + hours(1) - Millis(1)), 100);
  EXPECT_DOUBLE_EQ(f->at(kBegin + hours(1)), 200);
  EXPECT_DOUBLE_EQ(f->at(kBegin + hours(3)), 300);
  EXPECT_DOUBLE_EQ(f->at(kBegin + hours(300)), 300);
}

TEST(Forecast, IntegratesAcrossItsEdges) {
  const auto f = forecast(kBegin, hours(1), {100, 200, 600});
  EXPECT_DOUBLE_EQ(f->integral_until(kBegin), 0);
  EXPECT_DOUBLE_EQ(f->integral_until(kBegin - hours(2)), -200 * kHour);
  EXPECT_DOUBLE_EQ(f->integral_until(kBegin + minutes(90)), 200 * kHour);
  EXPECT_DOUBLE_EQ(f->integral_until(kBegin + hours(5)), 1500 * kHour);
  EXPECT_DOUBLE_EQ(f->mean_over(kBegin + minutes(30), hours(2)), (50 + 200 + 300) / 2.0);
  EXPECT_DOUBLE_EQ(f->mean_over(kBegin + hours(1), Millis(0)), 200);
}

TEST(Forecast, LeavesOutWhatIsNoNumberAndWhatDoesNotAscend) {
  Series<Average> s = series(kBegin, hours(1), {100, 200, 300});
  s.points[1].value = Intensity<Average>(std::numeric_limits<double>::quiet_NaN());
  s.points.push_back({kBegin, Intensity<Average>(900)});
  s.points.push_back(
      {kBegin + hours(3), Intensity<Average>(std::numeric_limits<double>::infinity())});
  const auto f = Forecast::prepare(s);
  ASSERT_EQ(f->starts().size(), 2U);
  EXPECT_DOUBLE_EQ(f->mean(), (2 * 100 + 300) / 3.0);
  s.points = {{kBegin, Intensity<Average>(std::numeric_limits<double>::infinity())}};
  EXPECT_EQ(Forecast::prepare(s), nullptr);
}

TEST(Forecast, ALatestValueThatHoldsOnIsNoForecast) {
  const auto latest = forecast(kBegin, hours(1), {100, 200}, 2);
  EXPECT_FALSE(latest->reaches_beyond(kBegin + minutes(90)));
  EXPECT_FALSE(latest->reaches_beyond(kBegin + hours(2)));
}

TEST(Forecast, ReachesBeyondUntilTheEndOfWhatWasPublished) {
  const auto f = forecast(kBegin, hours(1), {100, 200, 300}, 1);
  EXPECT_TRUE(f->reaches_beyond(kBegin));
  EXPECT_TRUE(f->reaches_beyond(kBegin + hours(3) - Millis(1))) << "the last step was forecast";
  EXPECT_FALSE(f->reaches_beyond(kBegin + hours(3)));
  const auto replayed = forecast(kBegin, hours(1), {100, 200, 300}, 3);
  EXPECT_TRUE(replayed->reaches_beyond(kBegin)) << "what was observed is known ahead in a replay";
}

TEST(Forecast, KeepsDerivedTablesAndForgetsTheLeastLatelyUsed) {
  struct Table final : Derived {
    explicit Table(int n) : number(n) {}
    int number;
  };
  const auto f = forecast(kBegin, hours(1), {100});
  int made = 0;
  const auto ask = [&](const std::string& key) {
    const auto table = f->derived(key, [&] { return std::make_shared<const Table>(++made); });
    return std::static_pointer_cast<const Table>(table)->number;
  };
  EXPECT_EQ(ask("first"), 1);
  EXPECT_EQ(ask("first"), 1);
  for (std::size_t i = 1; i < Forecast::kMaxDerived; ++i) (void)ask("t" + std::to_string(i));
  EXPECT_EQ(ask("first"), 1) << "now the latest use";
  const int before = made;
  (void)ask("one more");
  EXPECT_EQ(ask("first"), 1);
  EXPECT_EQ(made, before + 1);
  EXPECT_EQ(ask("t1"), made) << "t1 had to go, and was made anew";
}

TEST(Forecast, ItsTablesMayBeAskedForByManyThreads) {
  struct Table final : Derived {
    explicit Table(int n) : number(n) {}
    int number;
  };
  const auto f = forecast(kBegin, hours(1), {100, 200});
  std::atomic<int> wrong{0};
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < 4; ++t) {
      threads.emplace_back([&, t] {
        for (int i = 0; i < 2000; ++i) {
          const int n = (i * (t + 1)) % 100;  // more than are kept
          const auto table =
              f->derived(std::to_string(n), [&] { return std::make_shared<const Table>(n); });
          if (static_cast<const Table&>(*table).number != n) ++wrong;
        }
      });
    }
  }
  EXPECT_EQ(wrong, 0);
}

// The integral is the sum over thin slices, for irregular steps too.
TEST(ForecastProperties, TheIntegralIsTheSumOfItsSlices) {
  std::mt19937 random(7);
  for (int round = 0; round < 200; ++round) {
    Series<Marginal> s;
    TimePoint t = kBegin;
    for (int i = 0; i < 12; ++i) {
      s.points.push_back({t, Intensity<Marginal>(static_cast<double>(random() % 900))});
      t += Millis(1000 * (1 + random() % 40));
    }
    s.end = s.observed_until = t;
    const auto f = Forecast::prepare(s);
    const TimePoint from = kBegin + Millis(1000 * (random() % 500)) - Millis(50'000);
    const Millis length(1000 * (1 + random() % 300));
    double sum = 0;
    for (TimePoint x = from; x < from + length; x += Millis(1000)) sum += f->at(x) * 1000;
    ASSERT_NEAR(f->mean_over(from, length), sum / static_cast<double>(length.count()), 1e-6);
  }
}

}  // namespace
}  // namespace karbonetes::carbon
