// How long a Job is going to run, as far as its predecessors tell. Values.
#pragma once

#include "base/time.hpp"

namespace karbonetes::plan {

struct DurationEstimate {
  Millis typical{0};   // median of what was seen
  Millis long_run{0};  // 90 % quantile: what most stay below
  int samples = 0;
};

}  // namespace karbonetes::plan
