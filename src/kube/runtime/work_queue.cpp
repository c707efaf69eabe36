#include "kube/runtime/work_queue.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace karbonetes::kube {

namespace {

constexpr Millis kLongestSleep{60'000};

}  // namespace

struct WorkQueue::Impl {
  Impl(const std::string& name, const Clock& its_clock, metrics::Registry& metrics)
      : clock(its_clock),
        depth(metrics.gauge("workqueue_depth", "Keys that are due and not taken yet",
                            {{"name", name}})),
        adds(metrics.counter("workqueue_adds_total", "Keys added that were not waiting already",
                             {{"name", name}})),
        retries(metrics.counter("workqueue_retries_total", "Keys added again after a failure",
                                {{"name", name}})),
        latency(metrics.histogram(
            "workqueue_queue_duration_seconds", "Time from being due to being taken",
            {1e-5, 1e-4, 1e-3, 0.01, 0.1, 1, 10, 60, 600}, {{"name", name}})) {}

  // Changes the state, and has one worker look at it when what is due first is now due sooner. A
  // key that comes later needs no wake-up: whoever takes the first one has the next one looked at.
  // The caller holds the lock.
  template <typename Change>
  void change(Change change) {
    const auto before = state.next_due();
    change();
    const auto after = state.next_due();
    if (after && (!before || *after < *before)) look_again();
  }
  void look_again() {
    ++looks;
    wake.notify_one();
  }
  void count(bool is_new) {
    if (is_new) adds.increment();
  }

  const Clock& clock;
  metrics::Gauge depth;
  metrics::Counter adds, retries;
  metrics::Histogram latency;
  mutable std::mutex mutex;
  std::condition_variable_any wake;
  std::uint64_t looks = 0;  // that workers were asked for
  QueueState state;
};

WorkQueue::WorkQueue(std::string name, const Clock& clock, metrics::Registry& metrics)
    : impl_(std::make_shared<Impl>(name, clock, metrics)) {
  metrics.before_scrape([weak = std::weak_ptr<Impl>(impl_)] {
    const auto impl = weak.lock();
    if (!impl) return;
    std::unique_lock lock(impl->mutex);
    const std::size_t due = impl->state.due(impl->clock.now());
    lock.unlock();
    impl->depth.set(static_cast<double>(due));
  });
}

WorkQueue::~WorkQueue() = default;

void WorkQueue::add(std::string_view key) { add_at(key, impl_->clock.now()); }

void WorkQueue::add_at(std::string_view key, TimePoint when) {
  const std::lock_guard lock(impl_->mutex);
  impl_->change([&] { impl_->count(impl_->state.add_at(key, when)); });
}

void WorkQueue::reschedule(std::string_view key, TimePoint when) {
  const std::lock_guard lock(impl_->mutex);
  impl_->change([&] { impl_->count(impl_->state.reschedule(key, when)); });
}

void WorkQueue::add_rate_limited(std::string_view key, Millis at_least, Millis at_most) {
  const TimePoint now = impl_->clock.now();
  const std::lock_guard lock(impl_->mutex);
  const Millis delay = std::max(impl_->state.failed(key, at_most), at_least);
  impl_->retries.increment();
  impl_->change([&] { impl_->count(impl_->state.add_at(key, now + delay)); });
}

void WorkQueue::remove(std::string_view key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->state.remove(key);
}

void WorkQueue::forget(std::string_view key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->state.forget(key);
}

std::optional<std::string> WorkQueue::take(std::stop_token stop) {
  std::unique_lock lock(impl_->mutex);
  while (!stop.stop_requested()) {
    const TimePoint now = impl_->clock.now();
    const std::optional<TimePoint> due = impl_->state.next_due();
    if (auto key = impl_->state.take(now)) {
      // Another worker may be asleep until what is next now was already later than this key.
      if (impl_->state.next_due()) impl_->look_again();
      const Millis waited = now - *due;
      impl_->latency.observe(std::chrono::duration<double>(waited).count());
      return key;
    }
    const Millis sleep = due ? std::min(*due - now, kLongestSleep) : kLongestSleep;
    const std::uint64_t seen = impl_->looks;
    impl_->wake.wait_for(lock, stop, sleep, [&] { return impl_->looks != seen; });
  }
  return std::nullopt;
}

void WorkQueue::done(std::string_view key) {
  const std::lock_guard lock(impl_->mutex);
  impl_->change([&] { impl_->state.done(key); });
}

void WorkQueue::wake() {
  const std::lock_guard lock(impl_->mutex);
  ++impl_->looks;
  impl_->wake.notify_all();
}

std::optional<TimePoint> WorkQueue::next_due() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->state.next_due();
}

std::size_t WorkQueue::delayed() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->state.delayed();
}

}  // namespace karbonetes::kube
