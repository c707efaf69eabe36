// The scan and the tables are two ways to one answer.
#include "plan/start_scan.hpp"

#include <gtest/gtest.h>

#include "plan/saving_rate.hpp"
#include "traces.hpp"

namespace karbonetes::plan {
namespace {

TEST(StartScan, AgreesWithTheTables) {
  Traces traces(11);
  int scanned = 0;
  for (int n = 0; n < 6'000; ++n) {
    const Case c = traces.next();
    const TimePoint latest = std::max(c.now, std::min(c.deadline, c.forecast->end() - Millis(1)));
    if (!StartScan::fits(*c.forecast, c.now, latest)) continue;
    ++scanned;
    SCOPED_TRACE("case " + std::to_string(n));
    const StartScan scan(*c.forecast, c.duration, c.now, latest);
    const auto rates = SavingRates::of_runs(*c.forecast, c.duration);
    const CostTable& table = rates->costs();
    const std::size_t begin = table.first_after(c.now);
    const std::size_t end = table.first_after(latest);
    const double lowest = table.lowest(begin, end);
    if (begin == end) {
      ASSERT_EQ(scan.lowest(), lowest) << "no start: infinity";
      continue;
    }
    ASSERT_NEAR(scan.lowest(), lowest, 1e-9 * std::abs(lowest));
    const double enough = lowest * (1 + 1e-9);
    const auto first = table.first_at_most(enough, begin, end);
    const auto found = scan.first_at_most(enough);
    ASSERT_TRUE(first && found);
    ASSERT_EQ(found->at, table.start(*first));
    const SavingRates::From from{c.now - c.duration, c.forecast->mean_over(c.now, c.duration)};
    const double best = rates->best(from, begin, end);
    ASSERT_NEAR(scan.best(from), best, 1e-9 * std::abs(best) + 1e-15);
  }
  EXPECT_GT(scanned, 2'000);
}

TEST(StartScan, IsForRegularStepsAndShortRanges) {
  carbon::Series<carbon::Average> series;
  for (int i = 0; i < 2'000; ++i)
    series.points.push_back(
        {TimePoint(std::chrono::hours(i)), carbon::Intensity<carbon::Average>(i)});
  series.end = TimePoint(std::chrono::hours(2'000));
  const auto regular = carbon::Forecast::prepare(series);
  EXPECT_TRUE(StartScan::fits(*regular, TimePoint(), TimePoint(std::chrono::hours(639))));
  EXPECT_FALSE(StartScan::fits(*regular, TimePoint(), TimePoint(std::chrono::hours(640))));
  series.points[7].from += Millis(1);
  const auto odd = carbon::Forecast::prepare(series);
  EXPECT_FALSE(StartScan::fits(*odd, TimePoint(), TimePoint(std::chrono::hours(1))));
}

}  // namespace
}  // namespace karbonetes::plan
