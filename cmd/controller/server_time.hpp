// Deadlines are kept by the API server's clock where this machine's cannot be trusted: each answer
// says what time it is there. A difference is logged once each time it arises, and is the gauge
// karbonetes_clock_offset_seconds (this machine's clock minus the one that is used).
#pragma once

#include <functional>

#include "base/steady_wall_clock.hpp"
#include "kube/client/client.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::cmd {

// Call before the client's first call. The clock, and what `clock_was_set` touches, outlive client
// and registry. It is called, on the thread of some call to the API server, after time has jumped:
// who sleeps until an instant must look again.
void follow_server_time(kube::Client& client, SteadyWallClock& clock, metrics::Registry& metrics,
                        std::function<void()> clock_was_set);

}  // namespace karbonetes::cmd
