#include "simulate/workload.hpp"

#include <algorithm>

namespace karbonetes::simulate {

Millis whole_weeks(TimePoint first, TimePoint begin) {
  constexpr Millis kWeek = std::chrono::hours(24 * 7);
  const Millis behind = begin - first;
  // Rounded up: not before the begin.
  const auto weeks = behind / kWeek + (behind % kWeek > Millis(0) ? 1 : 0);
  return kWeek * weeks;
}

void sort_by_arrival(Workload& workload) {
  if (!std::ranges::is_sorted(workload.jobs, {}, &Job::arrival))
    std::ranges::stable_sort(workload.jobs, {}, &Job::arrival);
}

}  // namespace karbonetes::simulate
