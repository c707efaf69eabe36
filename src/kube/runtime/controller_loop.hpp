// N workers that take keys from a WorkQueue and call a reconcile function, as controller-runtime
// does: an error puts the key back with back-off (Retry-After is honoured), success may ask to come
// back at an instant. A Conflict comes back the same way but is no error; Cancelled comes back
// after a second and counts for nothing. A reconcile that throws counts as an error; the worker
// lives on. Each worker is a thread; stop() lets running reconciles finish and joins; start() may
// follow again. Metrics controller_runtime_reconcile_total{controller,result},
// _reconcile_errors_total, _reconcile_time_seconds, _active_workers, _max_concurrent_reconciles.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "base/time.hpp"
#include "kube/runtime/work_queue.hpp"

namespace karbonetes::kube {

struct Outcome {
  std::optional<TimePoint> again_at;  // none: nothing more to do until something changes
};
using Reconcile = std::function<Result<Outcome>(std::string_view key, std::stop_token stop)>;

class ControllerLoop {
 public:
  ControllerLoop(std::string name, WorkQueue& queue, int workers, const Clock& clock,
                 metrics::Registry& metrics, Reconcile reconcile);
  ~ControllerLoop();  // stop and join
  ControllerLoop(const ControllerLoop&) = delete;
  ControllerLoop& operator=(const ControllerLoop&) = delete;

  void start();
  void stop();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::kube
