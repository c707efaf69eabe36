#include "kube/runtime/controller_loop.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace karbonetes::kube {

namespace {

// A reconcile that was cancelled though its loop goes on, e.g. because leadership moved, comes back
// after this.
constexpr Millis kAfterCancelled{1'000};

// No API server answers, or it is overwhelmed: nothing is wrong with the key. When the server is
// back, a deadline that has passed meanwhile may wait no longer than this.
constexpr Millis kOutageBackoffMax{4'000};
// And each worker rests so long after each such failure: 100,000 keys would otherwise be tried as
// fast as connections are refused.
constexpr Millis kOutageRest{20};

bool is_outage(Errc code) {
  return code == Errc::Unavailable || code == Errc::Timeout || code == Errc::TooManyRequests;
}

metrics::Counter result_counter(metrics::Registry& metrics, const std::string& controller,
                                const char* result) {
  return metrics.counter("controller_runtime_reconcile_total", "Reconciles by result",
                         {{"controller", controller}, {"result", result}});
}

}  // namespace

class ControllerLoop::Impl {
 public:
  Impl(std::string name, WorkQueue& queue, int workers, const Clock& clock,
       metrics::Registry& metrics, Reconcile reconcile)
      : name_(std::move(name)),
        queue_(queue),
        workers_(workers),
        clock_(clock),
        reconcile_(std::move(reconcile)),
        success_(result_counter(metrics, name_, "success")),
        requeue_after_(result_counter(metrics, name_, "requeue_after")),
        requeue_(result_counter(metrics, name_, "requeue")),
        error_(result_counter(metrics, name_, "error")),
        errors_(metrics.counter("controller_runtime_reconcile_errors_total",
                                "Reconciles that failed", {{"controller", name_}})),
        seconds_(metrics.histogram(
            "controller_runtime_reconcile_time_seconds", "Time of one reconcile",
            {0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60},
            {{"controller", name_}})),
        active_(metrics.gauge("controller_runtime_active_workers",
                              "Workers that reconcile right now", {{"controller", name_}})) {
    metrics
        .gauge("controller_runtime_max_concurrent_reconciles", "Workers of the controller",
               {{"controller", name_}})
        .set(workers);
  }

  void start() {
    const std::lock_guard lock(mutex_);
    if (!threads_.empty()) return;
    for (int i = 0; i < workers_; ++i) {
      threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
    }
  }

  void stop() {
    const std::lock_guard lock(mutex_);
    for (auto& thread : threads_) thread.request_stop();
    threads_.clear();  // joins
  }

 private:
  void work(const std::stop_token& stop) {
    while (const auto key = queue_.take(stop)) {
      active_.add(1);
      const auto began = std::chrono::steady_clock::now();
      const Result<Outcome> outcome = call(*key, stop);
      seconds_.observe(
          std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count());
      settle(*key, outcome);
      queue_.done(*key);
      active_.add(-1);
      if (!outcome && is_outage(outcome.error().code)) rest(stop);
    }
  }

  static void rest(const std::stop_token& stop) {
    std::mutex mutex;
    std::condition_variable_any never;
    std::unique_lock lock(mutex);
    never.wait_for(lock, stop, kOutageRest, [] { return false; });
  }

  Result<Outcome> call(const std::string& key, const std::stop_token& stop) {
    try {
      return reconcile_(key, stop);
    } catch (const std::exception& e) {
      return fail(Errc::Internal, std::string("reconcile threw: ") + e.what());
    } catch (...) {
      return fail(Errc::Internal, "reconcile threw something that is no std::exception");
    }
  }

  // Model step Requeue, model/release.pml.
  void settle(const std::string& key, const Result<Outcome>& outcome) {
    if (outcome) {
      queue_.forget(key);
      (outcome->again_at ? requeue_after_ : success_).increment();
      if (outcome->again_at) queue_.reschedule(key, *outcome->again_at);
      return;
    }
    const Error& error = outcome.error();
    if (error.code == Errc::Cancelled) {
      // Not the key's fault; it must not be lost either, for the loop may be started again.
      requeue_.increment();
      queue_.add_at(key, clock_.now() + kAfterCancelled);
      return;
    }
    queue_.add_rate_limited(key, error.retry_after.value_or(Millis{0}),
                            is_outage(error.code) ? kOutageBackoffMax : kKeyBackoffMax);
    if (error.code == Errc::Conflict) {
      // Somebody else was faster: read again, decide again. Part of the ordinary day.
      requeue_.increment();
      return;
    }
    error_.increment();
    errors_.increment();
    spdlog::warn("{}: {}: {} ({}), will try again", name_, key, error.message,
                 karbonetes::name(error.code));
  }

  const std::string name_;
  WorkQueue& queue_;
  const int workers_;
  const Clock& clock_;
  const Reconcile reconcile_;
  metrics::Counter success_, requeue_after_, requeue_, error_, errors_;
  metrics::Histogram seconds_;
  metrics::Gauge active_;
  std::mutex mutex_;  // start and stop against each other
  std::vector<std::jthread> threads_;
};

ControllerLoop::ControllerLoop(std::string name, WorkQueue& queue, int workers, const Clock& clock,
                               metrics::Registry& metrics, Reconcile reconcile)
    : impl_(std::make_unique<Impl>(std::move(name), queue, workers, clock, metrics,
                                   std::move(reconcile))) {}

ControllerLoop::~ControllerLoop() { stop(); }

void ControllerLoop::start() { impl_->start(); }

void ControllerLoop::stop() { impl_->stop(); }

}  // namespace karbonetes::kube
