#include "providers/static_windows.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/snapshot.hpp"
#include "providers/outlook.hpp"

namespace karbonetes::providers {

namespace {

constexpr Millis kForecast = std::chrono::hours(48);
constexpr Millis kDay = std::chrono::hours(24);
// The wall clock may be set while we sleep towards an instant of it.
constexpr Millis kLongestSleep = std::chrono::seconds(30);

class StaticWindows final : public Provider {
 public:
  StaticWindows(WindowsFile config, const Clock& clock, std::string name)
      : config_(std::move(config)),
        clock_(clock),
        name_(std::move(name)),
        snapshot_(signal_at(clock.now())) {}
  ~StaticWindows() override { StaticWindows::stop(); }

  std::shared_ptr<const carbon::Signal> current() const override { return snapshot_.get(); }

  Health health() const override {
    Health health;
    health.successes = 1;
    health.last_answer = snapshot_.get()->observed_at;
    health.next_fetch = static_refresh(config_.schedule, *health.last_answer);
    return health;
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
  carbon::Signal signal_at(TimePoint now) const {
    carbon::Signal signal = static_signal(config_, now);
    signal.source = name_;
    return signal;
  }

  void run(const std::stop_token& stop, const std::function<void()>& on_change) {
    // Time may have passed between construction and start.
    TimePoint due = snapshot_.get()->observed_at;
    while (!stop.stop_requested()) {
      const TimePoint now = clock_.now();
      if (now >= due) {
        snapshot_.set(signal_at(now));
        due = static_refresh(config_.schedule, now);
        if (on_change) on_change();
        continue;
      }
      std::unique_lock lock(mutex_);
      wake_.wait_for(lock, stop, std::min(due - now, kLongestSleep), [] { return false; });
    }
  }

  const WindowsFile config_;
  const Clock& clock_;
  const std::string name_;
  Snapshot<carbon::Signal> snapshot_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread thread_;
};

}  // namespace

carbon::Signal static_signal(const WindowsFile& config, TimePoint now) {
  carbon::Signal signal = carbon::signal_from(config.schedule, now);
  signal.zone = config.zone;
  if (config.intensities) {
    carbon::Series<carbon::Average> series;
    series.points =
        intensity_outlook(signal.green_windows, *config.intensities, now, now + kForecast);
    series.end = now + kForecast;
    series.observed_until = now;
    signal.forecast = carbon::Forecast::prepare(std::move(series));
  }
  return signal;
}

TimePoint static_refresh(const carbon::WindowSchedule& schedule, TimePoint now) {
  const TimePoint tomorrow = now + kDay;
  const auto window = schedule.current_or_next(now);
  if (!window) return tomorrow;
  return std::min(window->start > now ? window->start : window->end, tomorrow);
}

std::unique_ptr<Provider> make_static_windows(WindowsFile config, const Clock& clock,
                                              std::string name) {
  return std::make_unique<StaticWindows>(std::move(config), clock, std::move(name));
}

std::unique_ptr<Provider> make_static_windows(carbon::WindowSchedule schedule, const Clock& clock) {
  WindowsFile config;
  config.schedule = std::move(schedule);
  return make_static_windows(std::move(config), clock);
}

}  // namespace karbonetes::providers
