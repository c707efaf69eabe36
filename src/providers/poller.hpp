// Any adapter as a Provider: asks on a thread of its own at the times of PollSchedule, keeps what
// was answered last, remembers how it went. An unchanged answer only renews observed_at; the
// prepared Forecast, with all that was derived from it, stays. A secret that rotates while the
// source fails is tried within a second. Counts karbonetes_signal_fetch_total{source,result}; logs
// the first failure of a row and the recovery. Thread-safe.
#pragma once

#include <memory>
#include <string>

#include "base/clock.hpp"
#include "metrics/registry.hpp"
#include "providers/adapter.hpp"
#include "providers/poll_schedule.hpp"
#include "providers/provider.hpp"
#include "providers/transport.hpp"

namespace karbonetes::providers {

struct PollerOptions {
  std::string name;
  std::string zone;
  PollTimes times;
  Millis stale_after{0};
  Millis unknown_after{0};
};

// `transport` may be null for an adapter that does not fetch. `clock` and `metrics` must outlive
// the poller.
[[nodiscard]] std::unique_ptr<Provider> make_poller(PollerOptions options,
                                                    std::unique_ptr<Adapter> adapter,
                                                    std::unique_ptr<Transport> transport,
                                                    const Clock& clock, metrics::Registry& metrics);

}  // namespace karbonetes::providers
