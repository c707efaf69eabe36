// Pools that can run so many vCPU at a time, and Jobs that queue for them: what a crowd at a green
// window costs. Pure.
#pragma once

#include <vector>

#include "simulate/run.hpp"

namespace karbonetes::simulate {

// Sets started and finished of each Job from its `released` and `pool` on. A Job of the green pool
// (or of either) takes the green one if it has room, else the fallback, else it queues; one of the
// fallback pool takes or queues for that alone. Each queue is first come, first served: nobody
// overtakes, however small. Errors: InvalidArgument: a Job that is larger than every pool it may
// take.
[[nodiscard]] Status queue_for(const Capacity& capacity, const Workload& workload,
                               std::vector<Ran>& runs);

}  // namespace karbonetes::simulate
