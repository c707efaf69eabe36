// The controller's own metrics, karbonetes_*. Thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "base/clock.hpp"
#include "carbon/signals.hpp"
#include "controller/job_sink.hpp"
#include "metrics/registry.hpp"
#include "plan/decide.hpp"

namespace karbonetes::controller {

class Metrics {
 public:
  explicit Metrics(metrics::Registry& registry);

  // waited: from waiting-since to the release; late: past the deadline, 0 when in time.
  void released(plan::Reason reason, plan::Pool pool, Millis waited, Millis late);
  void held();
  void missed();
  void replanned();
  void shadow_released(plan::Reason reason);
  void conflict();

 private:
  metrics::Registry& registry_;
  metrics::Histogram wait_seconds_;
  metrics::Histogram late_seconds_;
  metrics::Counter held_, missed_, conflicts_, replanned_;
};

// Gauges that are computed when scraped: waiting Jobs by namespace, each signal's state and age.
void expose_state(metrics::Registry& registry, const JobStore& jobs,
                  std::function<std::shared_ptr<const carbon::Signals>()> signals,
                  const Clock& clock);

}  // namespace karbonetes::controller
