// The Jobs that a CronJob makes over a period, as its controller would. Pure.
#pragma once

#include <vector>

#include "plan/deadline.hpp"

namespace karbonetes::simulate {

struct CronTick {
  TimePoint at{};
  Millis duration{0};    // cut where Replace ends the run
  Millis delay_cap{-1};  // as Job::delay_cap
};

// Ticks in [from, until). Forbid: a tick at which the run before is still on makes no Job. (Waiting
// does not change that: its deadline leaves room for the run.) Replace: the next tick ends the run.
// Errors: InvalidArgument: the schedule or its zone cannot be read; more than `most` ticks.
[[nodiscard]] Result<std::vector<CronTick>> expand(const plan::CronFacts& cron, Millis duration,
                                                   TimePoint from, TimePoint until,
                                                   std::size_t most);

}  // namespace karbonetes::simulate
