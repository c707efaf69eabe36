// Schedules with pauses: which steps of a forecast a Job runs in, when it may stop and go on. Jobs
// in the cluster do not; these show what that would add. `intervals`, when given, gets the spans in
// which it runs, in order, those that adjoin as one. Pure.
#pragma once

#include <vector>

#include "carbon/forecast.hpp"
#include "carbon/windows.hpp"

namespace karbonetes::simulate {

struct Pieces {
  TimePoint started{}, finished{};
  double integral = 0;  // of the actual intensity while it runs, gCO2eq/kWh x ms
};

// The cheapest time of the length `duration` within [from, from + duration + delay), by `seen`, as
// `actual` has it. Both have the same steps. Of steps that cost the same the earlier is taken, and
// of the dearest one that is needed its begin.
[[nodiscard]] Pieces wait_awhile(const carbon::Forecast& seen, const carbon::Forecast& actual,
                                 TimePoint from, Millis duration, Millis delay,
                                 std::vector<carbon::Interval>* intervals = nullptr);

// Runs while `seen` is below `threshold`; pauses else, until `delay` has been spent.
[[nodiscard]] Pieces ecovisor(const carbon::Forecast& seen, const carbon::Forecast& actual,
                              TimePoint from, Millis duration, Millis delay, double threshold,
                              std::vector<carbon::Interval>* intervals = nullptr);

}  // namespace karbonetes::simulate
