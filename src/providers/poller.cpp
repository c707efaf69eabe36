#include "providers/poller.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <random>
#include <stop_token>
#include <thread>

#include "base/snapshot.hpp"
#include "providers/history.hpp"

namespace karbonetes::providers {

namespace {

using Steady = std::chrono::steady_clock;

constexpr Millis kLookForSecrets = std::chrono::seconds(1);

class Poller final : public Provider {
 public:
  Poller(PollerOptions options, std::unique_ptr<Adapter> adapter,
         std::unique_ptr<Transport> transport, const Clock& clock, metrics::Registry& metrics)
      : options_(std::move(options)),
        adapter_(std::move(adapter)),
        transport_(std::move(transport)),
        clock_(clock),
        metrics_(metrics) {
    carbon::Signal nothing;
    nothing.zone = options_.zone;
    nothing.says_green = false;
    snapshot_.set(std::move(nothing));
    health_.next_fetch = clock_.now();
  }
  ~Poller() override { Poller::stop(); }

  std::shared_ptr<const carbon::Signal> current() const override { return snapshot_.get(); }

  Health health() const override {
    const std::lock_guard lock(mutex_);
    return health_;
  }

  void start(std::function<void()> on_change) override {
    thread_ = std::jthread([this, on_change = std::move(on_change)](const std::stop_token& stop) {
      run(stop, on_change);
    });
  }

  void stop() override {
    if (!thread_.joinable()) return;
    thread_.request_stop();
    thread_.join();
  }

 private:
  void run(const std::stop_token& stop, const std::function<void()>& on_change) {
    std::minstd_rand random(std::random_device{}());
    std::uniform_real_distribution<double> unit(0, 1);
    PollSchedule schedule(options_.times);
    while (!stop.stop_requested()) {
      const auto reading = read(stop);
      if (stop.stop_requested()) return;
      metrics_
          .counter(
              "karbonetes_signal_fetch_total", "Fetches of the carbon signal, by their result",
              {{"source", options_.name}, {"result", reading ? "ok" : name(reading.error().code)}})
          .increment();
      const bool news = reading && publish(*reading);
      const Millis pause = reading ? schedule.after_answer(unit(random))
                                   : schedule.after_failure(reading.error(), unit(random));
      note(reading, pause);
      if (news && on_change) on_change();
      sleep(stop, pause, !reading);
    }
  }

  Result<Reading> read(const std::stop_token& stop) {
    const Fetch fetch = [&](const http::Request& request) -> Result<http::Response> {
      if (!transport_) return fail(Errc::Internal, "this source does not fetch");
      return transport_->exchange(request, stop);
    };
    return adapter_->read(fetch, clock_.now());
  }

  // True when something that a decision could rest on has changed.
  bool publish(const Reading& reading) {
    const TimePoint now = clock_.now();
    const auto before = snapshot_.get();
    carbon::Signal next;
    next.source = options_.name;
    next.zone = options_.zone;
    next.observed_at = now;
    next.stale_after = options_.stale_after;
    next.unknown_after = options_.unknown_after;
    next.says_green = reading.green.has_value();
    next.green = reading.green.value_or(false);
    next.green_windows = reading.green_windows;
    const carbon::AnySeries known =
        before->forecast ? before->forecast->series() : carbon::AnySeries();
    carbon::AnySeries series = with_history(known, reading.series, now);
    const bool news = !same_points(known, series) || before->green != next.green ||
                      before->source.empty() ||
                      carbon::freshness(*before, now) != carbon::Freshness::Fresh;
    next.forecast = same_series(known, series) ? before->forecast
                                               : carbon::Forecast::prepare(std::move(series));
    snapshot_.set(std::move(next));
    return news;
  }

  void note(const Result<Reading>& reading, Millis pause) {
    const TimePoint now = clock_.now();
    int failures = 0;
    {
      const std::lock_guard lock(mutex_);
      health_.next_fetch = now + pause;
      if (reading) {
        failures = std::exchange(health_.failures_in_a_row, 0);
        ++health_.successes;
        health_.last_answer = now;
        health_.last_error.clear();
      } else {
        failures = ++health_.failures_in_a_row;
        health_.last_error = reading.error().message;
      }
    }
    if (!reading && failures == 1) {
      spdlog::warn("carbon source {}: {}; what it said last is kept and ages", options_.name,
                   reading.error().message);
    } else if (reading && failures > 0) {
      spdlog::info("carbon source {}: answers again", options_.name);
    }
    if (!reading) return;
    if (reading->warnings != warned_) {
      for (const auto& warning : reading->warnings) {
        spdlog::warn("carbon source {}: {}", options_.name, warning);
      }
    }
    warned_ = reading->warnings;
  }

  void sleep(const std::stop_token& stop, Millis pause, bool failed) {
    const auto end = Steady::now() + pause;
    while (!stop.stop_requested() && Steady::now() < end) {
      const auto next = failed ? std::min(end, Steady::now() + kLookForSecrets) : end;
      std::unique_lock lock(mutex_);
      wake_.wait_until(lock, stop, next, [] { return false; });
      lock.unlock();
      if (failed && adapter_->secrets_changed()) return;
    }
  }

  const PollerOptions options_;
  const std::unique_ptr<Adapter> adapter_;
  const std::unique_ptr<Transport> transport_;
  const Clock& clock_;
  metrics::Registry& metrics_;
  Snapshot<carbon::Signal> snapshot_;
  std::vector<std::string> warned_;  // the thread's own

  mutable std::mutex mutex_;  // guards health_
  Health health_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace

std::unique_ptr<Provider> make_poller(PollerOptions options, std::unique_ptr<Adapter> adapter,
                                      std::unique_ptr<Transport> transport, const Clock& clock,
                                      metrics::Registry& metrics) {
  return std::make_unique<Poller>(std::move(options), std::move(adapter), std::move(transport),
                                  clock, metrics);
}

}  // namespace karbonetes::providers
