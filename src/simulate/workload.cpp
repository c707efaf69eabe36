#include "simulate/workload.hpp"

#include <algorithm>

namespace karbonetes::simulate {

void sort_by_arrival(Workload& workload) {
  if (!std::ranges::is_sorted(workload.jobs, {}, &Job::arrival))
    std::ranges::stable_sort(workload.jobs, {}, &Job::arrival);
}

}  // namespace karbonetes::simulate
