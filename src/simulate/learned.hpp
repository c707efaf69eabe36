// What a controller would have learned of each Job's duration by the time that it is created: the
// estimate from earlier Jobs of its series, as plan/durations.hpp makes it. Pure.
#pragma once

#include "simulate/workload.hpp"

namespace karbonetes::simulate {

// Fills Job::expected where its author said nothing. An earlier Job counts from when it would have
// ended had it begun at its arrival: so the estimates do not depend on the scenario.
void learn_durations(Workload& workload);

}  // namespace karbonetes::simulate
