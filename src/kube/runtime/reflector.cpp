#include "kube/runtime/reflector.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <optional>
#include <random>
#include <thread>
#include <utility>

#include "kube/runtime/watch_reader.hpp"
#include "kube/runtime/watch_state.hpp"

namespace karbonetes::kube {

namespace {

// The server sends a bookmark once a minute. A connection without a byte for longer is dead, even
// if nothing on the way has said so.
constexpr Millis kIdle = std::chrono::seconds(90);

// When the server was last heard; shared with the scrape.
struct Heard {
  std::atomic<Millis::rep> at_ms;
  const Clock& clock;
  metrics::Gauge age;
};

}  // namespace

class Reflector::Impl {
 public:
  Impl(std::unique_ptr<ListWatch> api, const Clock& clock, metrics::Registry& metrics,
       ReflectorOptions options, ObjectSink& sink)
      : api_(std::move(api)),
        clock_(clock),
        options_(std::move(options)),
        sink_(sink),
        reader_(sink),
        lists_(metrics.counter("reflector_lists_total", "Full lists that were begun",
                               {{"name", options_.name}})),
        watches_(metrics.counter("reflector_watches_total", "Watches that were opened",
                                 {{"name", options_.name}})),
        unreadable_(metrics.counter("reflector_unreadable_objects_total",
                                    "Objects that could not be read", {{"name", options_.name}})),
        heard_(new Heard{
            {clock.now().time_since_epoch().count()},
            clock,
            metrics.gauge("reflector_last_sync_age_seconds", "Time since the server was last heard",
                          {{"name", options_.name}})}),
        random_(std::random_device{}()) {
    metrics.before_scrape([weak = std::weak_ptr<Heard>(heard_)] {
      const auto heard = weak.lock();
      if (!heard) return;
      const Millis age = heard->clock.now() - TimePoint(Millis(heard->at_ms.load()));
      heard->age.set(std::chrono::duration<double>(age).count());
    });
  }

  ~Impl() {
    stop();
    if (thread_.joinable()) thread_.join();
  }

  void start() {
    if (thread_.joinable()) return;
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  void stop() { thread_.request_stop(); }

  [[nodiscard]] bool synced() const {
    const std::lock_guard lock(mutex_);
    return synced_;
  }

  [[nodiscard]] bool wait_synced(Millis timeout, std::stop_token stop) const {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::move(stop), timeout, [this] { return synced_; });
    return synced_;
  }

 private:
  void run(const std::stop_token& stop) {
    WatchStep next = feed({});
    while (!stop.stop_requested()) {
      // Each of the three asks on until the state machine wants something else, so an action is
      // always there.
      const WatchAction action =
          next.action.value_or(WatchAction{WatchAction::Kind::Wait, kBackoffMin});
      switch (action.kind) {
        case WatchAction::Kind::Wait:
          wait(action.delay, stop);
          next = feed({});
          break;
        case WatchAction::Kind::ListPage:
          next = list_page(action, stop);
          break;
        case WatchAction::Kind::StreamInitial:
        case WatchAction::Kind::Watch:
          next = watch(action, stop);
          break;
      }
    }
  }

  WatchStep feed(WatchInput input) {
    input.jitter = std::uniform_real_distribution<double>(0, 1)(random_);
    WatchStep next = step(std::move(state_), input, clock_.now());
    state_ = next.state;
    if (next.begin_replace) {
      lists_.increment();
      guarded([this] { sink_.begin_replace(); });
    }
    if (next.end_replace) {
      guarded([this] { sink_.end_replace(); });
      const std::lock_guard lock(mutex_);
      synced_ = true;
      changed_.notify_all();
    }
    return next;
  }

  WatchStep list_page(const WatchAction& action, const std::stop_token& stop) {
    const Result<std::string> body = api_->list(target(action), stop);
    if (!body) return feed(trouble(body.error()));
    heard();
    const WatchInput input = reader_.page(*body);
    count_unreadable();
    if (input.kind == WatchInput::Kind::Failed) problem_ = reader_.last_problem();
    return feed(input);
  }

  WatchStep watch(const WatchAction& action, const std::stop_token& stop) {
    watches_.increment();
    std::optional<WatchStep> next;
    const Status status = api_->watch(target(action), kIdle, stop, [&](std::string_view text) {
      heard();
      std::optional<WatchInput> input = reader_.line(text);
      count_unreadable();
      if (!input) return true;
      if (input->kind == WatchInput::Kind::Failed || input->kind == WatchInput::Kind::Gone) {
        problem_ = reader_.last_problem();
      }
      WatchStep after = feed(std::move(*input));
      if (!after.action) return true;
      next = std::move(after);
      return false;
    });
    if (next) return std::move(*next);
    if (!status) return feed(trouble(status.error()));
    problem_ = "the server ends each watch at once";
    WatchInput closed;
    closed.kind = WatchInput::Kind::Closed;
    return feed(closed);
  }

  WatchInput trouble(const Error& error) {
    problem_ = error.message;
    return input_for(error);
  }

  [[nodiscard]] std::string target(const WatchAction& action) const {
    return options_.path + '?' + query_for(state_, action, options_.selectors);
  }

  void wait(Millis delay, const std::stop_token& stop) {
    if (stop.stop_requested()) return;
    spdlog::warn("reflector {}: {}; trying again in {} ms", options_.name, problem_, delay.count());
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, stop, delay, [] { return false; });
  }

  void heard() { heard_->at_ms.store(clock_.now().time_since_epoch().count()); }

  void count_unreadable() {
    if (reader_.unreadable() == counted_unreadable_) return;
    // The first one is worth a line; the metric tells of the others.
    if (counted_unreadable_ == 0) {
      spdlog::warn("reflector {}: skips an unreadable object: {}", options_.name,
                   reader_.last_problem());
    }
    unreadable_.increment(static_cast<double>(reader_.unreadable() - counted_unreadable_));
    counted_unreadable_ = reader_.unreadable();
  }

  template <typename Fn>
  void guarded(Fn&& fn) {
    try {
      fn();
    } catch (const std::exception& e) {
      spdlog::error("reflector {}: its sink threw: {}", options_.name, e.what());
    }
  }

  const std::unique_ptr<ListWatch> api_;
  const Clock& clock_;
  const ReflectorOptions options_;
  ObjectSink& sink_;
  WatchReader reader_;
  metrics::Counter lists_, watches_, unreadable_;
  const std::shared_ptr<Heard> heard_;
  // The thread's own.
  WatchState state_;
  std::mt19937 random_;
  std::string problem_;
  std::uint64_t counted_unreadable_ = 0;
  // Shared with those who wait for the first list.
  mutable std::mutex mutex_;
  mutable std::condition_variable_any changed_;
  bool synced_ = false;
  std::jthread thread_;
};

Reflector::Reflector(std::unique_ptr<ListWatch> api, const Clock& clock, metrics::Registry& metrics,
                     ReflectorOptions options, ObjectSink& sink)
    : impl_(std::make_unique<Impl>(std::move(api), clock, metrics, std::move(options), sink)) {}

Reflector::~Reflector() = default;

void Reflector::start() { impl_->start(); }

void Reflector::stop() { impl_->stop(); }

bool Reflector::synced() const { return impl_->synced(); }

bool Reflector::wait_synced(Millis timeout, std::stop_token stop) const {
  return impl_->wait_synced(timeout, std::move(stop));
}

}  // namespace karbonetes::kube
