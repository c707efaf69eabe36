// Green intervals: a forecast cut by a threshold, with hysteresis. The threshold of a percentile is
// fixed for one published forecast (it does not move with every decision), and the hysteresis is a
// Schmitt trigger that runs over the whole series in order: nothing is stored, and whoever asks
// gets the same answer. Made once per forecast and rule, O(n log n), and kept with the Forecast;
// questions are O(log n). Immutable and thread-safe. Cannot fail: a rule that does not fit says so.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "carbon/forecast.hpp"
#include "carbon/green_rule.hpp"
#include "carbon/signal.hpp"

namespace karbonetes::carbon {

struct GreenIntervals final : Derived {
  // Why the rule says nothing about this forecast, as the end of a sentence; empty: it applies.
  std::string not_applicable;
  double below = 0;                 // gCO2eq/kWh, of the forecast's kind: green from here down
  double until_above = 0;           // what is green stays so up to and including this
  std::vector<Interval> intervals;  // sorted, disjoint, not adjoining, within [begin, end)
  TimePoint begin{}, end{};         // of the series

  // Unknown where the rule does not apply, and from the series' end on. Before its begin: as there.
  [[nodiscard]] GreenState state_at(TimePoint t) const;
  // The first instant after t at which an interval begins; nullopt: none in the series.
  [[nodiscard]] std::optional<TimePoint> next_green(TimePoint t) const;
};

// Never null. A threshold of another kind than the forecast's does not apply: average and marginal
// intensity are not compared.
[[nodiscard]] std::shared_ptr<const GreenIntervals> green_intervals(const Forecast& forecast,
                                                                    const AbsoluteThreshold& rule);
// Never null. The percentile is weighted by time, over [observed_until, + horizon) of the series;
// with less than kShortest of that, over the horizon before observed_until; with neither it does
// not apply. At least `percent` of that time is at or below the threshold.
[[nodiscard]] std::shared_ptr<const GreenIntervals> green_intervals(
    const Forecast& forecast, const PercentileThreshold& rule);

// The intensity that is not exceeded for `percent` of the time in [from, to), as far as the series
// reaches; where it says nothing of that time: at(from).
[[nodiscard]] double percentile_over(const Forecast& forecast, TimePoint from, TimePoint to,
                                     double percent);

// The least that a percentile is formed over (or the rule's horizon, when that is shorter).
inline constexpr Millis kShortest = std::chrono::hours(2);

}  // namespace karbonetes::carbon
