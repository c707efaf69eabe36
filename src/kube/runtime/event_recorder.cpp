#include "kube/runtime/event_recorder.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>
#include <utility>

namespace karbonetes::kube {

namespace {

constexpr Millis kCallTimeout = std::chrono::seconds(10);
constexpr Millis kLongestSleep = std::chrono::seconds(60);
constexpr Millis kLogEvery = std::chrono::seconds(60);

metrics::Counter result_counter(metrics::Registry& metrics, const char* result) {
  return metrics.counter("event_recorder_events_total", "Events by what became of them",
                         {{"result", result}});
}

// Worth another try: the event itself is not what is wrong.
bool passing(Errc code) {
  switch (code) {
    case Errc::Unavailable:
    case Errc::Timeout:
    case Errc::TooManyRequests:
    case Errc::Conflict:
    case Errc::Unauthorized:
    case Errc::Cancelled:
    case Errc::Internal:
      return true;
    default:
      return false;
  }
}

}  // namespace

class EventRecorder::Impl {
 public:
  Impl(std::unique_ptr<EventApi> api, const Clock& clock, metrics::Registry& metrics,
       std::string controller, std::string instance, EventRecorderOptions options)
      : api_(std::move(api)),
        clock_(clock),
        options_(options),
        sent_(result_counter(metrics, "sent")),
        rejected_(result_counter(metrics, "rejected")),
        gave_up_(result_counter(metrics, "gave_up")),
        overflow_(result_counter(metrics, "overflow")),
        series_(std::move(controller), std::move(instance)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  void record(EventSpec spec) {
    const TimePoint now = clock_.now();
    const std::lock_guard lock(mutex_);
    collect(now);
    if (auto write = series_.record(std::move(spec), now)) enqueue({std::move(*write)}, now);
    ++changes_;
    wake_.notify_one();
  }

 private:
  struct Pending {
    EventWrite write;
    int tries = 0;
    std::uint64_t arrival = 0;
  };
  using Slot = std::pair<TimePoint, std::uint64_t>;  // due, order of arrival

  void run(const std::stop_token& stop) {
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      collect(clock_.now());
      if (!queue_.empty() && queue_.begin()->first.first <= clock_.now()) {
        Pending pending = pop();
        lock.unlock();
        const Status status = send(pending.write, kCallTimeout, stop);
        lock.lock();
        settle(std::move(pending), status);
        continue;
      }
      const std::uint64_t seen = changes_;
      wake_.wait_for(lock, stop, sleep(), [&] { return changes_ != seen; });
    }
    drain(lock);
  }

  // What is queued is sent once more, whatever its back-off, as long as there is time.
  void drain(std::unique_lock<std::mutex>& lock) {
    const auto deadline = std::chrono::steady_clock::now() + options_.drain;
    for (auto& write : series_.flush()) enqueue({std::move(write)}, clock_.now());
    while (!queue_.empty()) {
      const auto left =
          std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
      if (left <= Millis{0}) break;
      const Pending pending = pop();
      lock.unlock();
      const Status status = send(pending.write, left, {});
      lock.lock();
      (status ? sent_ : gave_up_).increment();
    }
    gave_up_.increment(static_cast<double>(queue_.size()));
    queue_.clear();
    by_arrival_.clear();
  }

  // The rest is called with the lock held, but send().

  void collect(TimePoint now) {
    for (auto& write : series_.due(now)) enqueue({std::move(write)}, now);
  }

  void enqueue(Pending pending, TimePoint due) {
    if (pending.arrival == 0) pending.arrival = ++arrivals_;
    const std::uint64_t arrival = pending.arrival;
    by_arrival_.emplace(arrival, due);
    queue_.emplace(Slot{due, arrival}, std::move(pending));
    if (queue_.size() <= options_.max_queued) return;
    queue_.erase(Slot{by_arrival_.begin()->second, by_arrival_.begin()->first});
    by_arrival_.erase(by_arrival_.begin());
    overflow_.increment();
  }

  Pending pop() {
    Pending pending = std::move(queue_.begin()->second);
    queue_.erase(queue_.begin());
    by_arrival_.erase(pending.arrival);
    return pending;
  }

  Millis sleep() const {
    const TimePoint now = clock_.now();
    Millis out = kLongestSleep;
    if (!queue_.empty()) out = std::min(out, queue_.begin()->first.first - now);
    if (const auto due = series_.next_due()) out = std::min(out, *due - now);
    return out;
  }

  Status send(const EventWrite& write, Millis timeout, const std::stop_token& stop) {
    const Event& event = write.event;
    if (write.is_series()) {
      Status patched =
          api_->patch(event.ns, event.name,
                      encode_series_patch(event.series_count, event.series_last), timeout, stop);
      if (patched || patched.error().code != Errc::NotFound) return patched;
      // The first one expired, or is still waiting for its turn: create it with its series.
    }
    Status created = api_->create(event.ns, encode_event(event), timeout, stop);
    if (created || created.error().code != Errc::AlreadyExists) return created;
    if (!write.is_series()) return {};  // another replica, or our own try whose answer was lost
    return fail(Errc::Conflict, "the event was created meanwhile");
  }

  void settle(Pending pending, const Status& status) {
    if (status) {
      sent_.increment();
      return;
    }
    const Error& error = status.error();
    const bool cancelled = error.code == Errc::Cancelled;
    if (!passing(error.code)) {
      rejected_.increment();
      log(pending, error, "rejected");
      return;
    }
    if (!cancelled && ++pending.tries >= options_.max_tries) {
      gave_up_.increment();
      log(pending, error, "given up");
      return;
    }
    const TimePoint now = clock_.now();
    const Millis delay = std::max(backoff(pending.tries), error.retry_after.value_or(Millis{0}));
    enqueue(std::move(pending), now + delay);
  }

  [[nodiscard]] Millis backoff(int tries) const {
    const int doublings = std::clamp(tries - 1, 0, 16);
    return std::min(options_.backoff_min * (1 << doublings), options_.backoff_max);
  }

  void log(const Pending& pending, const Error& error, const char* what) {
    const TimePoint now = clock_.now();
    if (now < next_log_) return;
    next_log_ = now + kLogEvery;
    const Event& event = pending.write.event;
    spdlog::warn("event {} about {} {}/{} {}: {}", event.reason, event.regarding.kind, event.ns,
                 event.regarding.name, what, error.message);
  }

  const std::unique_ptr<EventApi> api_;
  const Clock& clock_;
  const EventRecorderOptions options_;
  metrics::Counter sent_, rejected_, gave_up_, overflow_;
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::uint64_t changes_ = 0;
  EventSeries series_;
  std::map<Slot, Pending> queue_;
  std::map<std::uint64_t, TimePoint> by_arrival_;  // the slots of queue_, oldest event first
  std::uint64_t arrivals_ = 0;
  TimePoint next_log_;
  std::jthread thread_;  // last: it uses all of the above
};

EventRecorder::EventRecorder(std::unique_ptr<EventApi> api, const Clock& clock,
                             metrics::Registry& metrics, std::string controller,
                             std::string instance, EventRecorderOptions options)
    : impl_(std::make_unique<Impl>(std::move(api), clock, metrics, std::move(controller),
                                   std::move(instance), options)) {}

EventRecorder::~EventRecorder() = default;

void EventRecorder::record(EventSpec event) { impl_->record(std::move(event)); }

}  // namespace karbonetes::kube
