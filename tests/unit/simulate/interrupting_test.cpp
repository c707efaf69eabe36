#include "simulate/interrupting.hpp"

#include <gmock/gmock.h>

#include <numeric>

#include "fixtures.hpp"

namespace karbonetes::simulate {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

double length_of(const std::vector<carbon::Interval>& intervals) {
  double out = 0;
  for (const auto& each : intervals) out += static_cast<double>((each.end - each.start).count());
  return out;
}

// Against one who sorts all minutes.
TEST(WaitAwhile, TakesTheCheapestMinutes) {
  Random random(3);
  for (int n = 0; n < 300; ++n) {
    const Trace trace = seeded_trace(static_cast<std::uint64_t>(n), 4, minutes(30));
    const TimePoint from = kBegin + minutes(random.below(2'000));
    const Millis duration = minutes(1 + random.below(400));
    const Millis delay = minutes(random.below(900));
    std::vector<carbon::Interval> intervals;
    const Pieces pieces =
        wait_awhile(*trace.actual, *trace.actual, from, duration, delay, &intervals);
    std::vector<double> costs;
    for (TimePoint t = from; t < from + duration + delay; t += minutes(1))
      costs.push_back(trace.actual->at(t));
    std::ranges::sort(costs);
    const auto best = std::accumulate(costs.begin(), costs.begin() + duration / minutes(1), 0.0);
    ASSERT_NEAR(pieces.integral / 60'000, best, 1e-6 * best) << "case " << n;
    ASSERT_EQ(length_of(intervals), static_cast<double>(duration.count()));
    ASSERT_EQ(intervals.front().start, pieces.started);
    ASSERT_EQ(intervals.back().end, pieces.finished);
    ASSERT_GE(pieces.started, from);
    ASSERT_LE(pieces.finished, from + duration + delay);
  }
}

TEST(WaitAwhile, BeyondTheSeriesItsMeanHolds) {
  const Trace trace = trace_of({100, 300});
  const Pieces pieces =
      wait_awhile(*trace.actual, *trace.actual, kBegin + hours(1), hours(1), hours(3));
  EXPECT_EQ(pieces.started, kBegin + hours(2)) << "200 from there on";
  EXPECT_NEAR(pieces.integral, 200.0 * 3'600'000, 1e-6);
}

TEST(WaitAwhile, DecidesByWhatItSeesAndPaysWhatIs) {
  const Trace seen = trace_of({10, 500});
  const Trace actual = trace_of({500, 10});
  const Pieces pieces = wait_awhile(*seen.actual, *actual.actual, kBegin, hours(1), hours(1));
  EXPECT_NEAR(pieces.integral, 500.0 * 3'600'000, 1e-6);
}

TEST(Ecovisor, RunsBelowTheThresholdUntilItsTimeIsSpent) {
  const Trace trace = trace_of({300, 100, 300, 100, 300, 300});
  std::vector<carbon::Interval> intervals;
  const Pieces pieces = ecovisor(*trace.actual, *trace.actual, kBegin + minutes(30), minutes(150),
                                 minutes(90), 200, &intervals);
  // Waits half an hour and an hour, then may not wait any more.
  ASSERT_EQ(intervals.size(), 2U);
  EXPECT_EQ(intervals[0].start, kBegin + hours(1));
  EXPECT_EQ(intervals[0].end, kBegin + hours(2));
  EXPECT_EQ(intervals[1].start, kBegin + hours(3));
  EXPECT_EQ(intervals[1].end, kBegin + minutes(270));
  EXPECT_NEAR(pieces.integral, (100 + 100 + 150) * 3'600'000.0, 1e-6);
}

}  // namespace
}  // namespace karbonetes::simulate
