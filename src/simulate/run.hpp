// One workload under one scenario: when each Job is released, runs and ends, and what that emits.
// What the cluster's strategies do is asked of plan::decide, at the instants at which a controller
// would ask it. Pure: the same input gives the same answer whatever the number of threads.
#pragma once

#include <vector>

#include "plan/decide.hpp"
#include "simulate/scenario.hpp"
#include "simulate/trace.hpp"
#include "simulate/workload.hpp"

namespace karbonetes::simulate {

struct Ran {
  TimePoint released{}, started{};
  TimePoint finished{};  // later than started + duration where it was interrupted
  double grams = 0;      // gCO2eq, with what the grid was really like
  plan::Reason reason = plan::Reason::Green;
  plan::Pool pool = plan::Pool::Green;  // that it was released to; Untouched: either
};

// In the workload's order. Errors: InvalidArgument: a Job that no pool has room for; capacity with
// an interrupting rule.
[[nodiscard]] Result<std::vector<Ran>> run(const Trace& trace, const Workload& workload,
                                           const Scenario& scenario, unsigned threads = 1);

// kWh of the Job's run.
[[nodiscard]] double kwh_of(const Job& job);
// gCO2eq of a run of the Job in one piece from `start` on.
[[nodiscard]] double grams_of(const Job& job, TimePoint start, const carbon::Forecast& actual);

}  // namespace karbonetes::simulate
