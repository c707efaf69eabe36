// Work queue of keys: deduplicating, delayed, with per-key back-off. A key is handed to one worker
// at a time; added again while being worked on, it comes back after done(). Adding a key that is
// already due later moves it forward, never back (use reschedule() for that). Order: due instant,
// then insertion. QueueState is pure (time is an argument); WorkQueue is the thread-safe wrapper
// that sleeps until something is due: no polling. Metrics workqueue_*.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "kube/runtime/delay_heap.hpp"
#include "kube/runtime/store.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::kube {

inline constexpr Millis kKeyBackoffMin{5};
inline constexpr Millis kKeyBackoffMax{
    15'000};  // client-go allows minutes; here a deadline waits for it

class QueueState {
 public:
  // Due at `when`; when the key already waits for an earlier instant, nothing changes. True when
  // the key was not waiting.
  bool add_at(std::string_view key, TimePoint when);
  // Due at `when`, whatever it waited for before. A key being worked on keeps an earlier add_at.
  // True as in add_at.
  bool reschedule(std::string_view key, TimePoint when);
  void remove(std::string_view key);  // forgets a delayed key and its failures
  // The next due key, now being worked on; nullopt when none is due.
  [[nodiscard]] std::optional<std::string> take(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  void done(std::string_view key);
  // Records a failure of the key; returns how long to wait: 5 ms doubling to `at_most`.
  [[nodiscard]] Millis failed(std::string_view key, Millis at_most = kKeyBackoffMax);
  void forget(std::string_view key);                   // success: back-off starts anew
  [[nodiscard]] std::size_t delayed() const;           // waiting, due or not
  [[nodiscard]] std::size_t due(TimePoint now) const;  // waiting and due; costs a step per due key
  [[nodiscard]] std::size_t in_progress() const;

 private:
  bool insert(std::string_view key, TimePoint when);

  DelayHeap items_;
  std::unordered_set<std::string, StringHash, std::equal_to<>> working_;
  // Added while being worked on.
  std::unordered_map<std::string, TimePoint, StringHash, std::equal_to<>> again_;
  std::unordered_map<std::string, int, StringHash, std::equal_to<>> failures_;
  std::uint64_t sequence_ = 0;
};

class WorkQueue {
 public:
  WorkQueue(std::string name, const Clock& clock, metrics::Registry& metrics);
  ~WorkQueue();
  WorkQueue(const WorkQueue&) = delete;
  WorkQueue& operator=(const WorkQueue&) = delete;

  void add(std::string_view key);  // due now
  void add_at(std::string_view key, TimePoint when);
  void reschedule(std::string_view key, TimePoint when);
  // Records a failure and adds the key after its back-off (of `at_most`), or after `at_least` if
  // that is longer.
  void add_rate_limited(std::string_view key, Millis at_least = Millis{0},
                        Millis at_most = kKeyBackoffMax);
  void remove(std::string_view key);
  void forget(std::string_view key);
  // Blocks until a key is due; nullopt when stop is requested. Wakes by itself once a minute at
  // most, to notice that the clock was set.
  [[nodiscard]] std::optional<std::string> take(std::stop_token stop);
  void done(std::string_view key);
  // Looks at the clock again: after it was set.
  void wake();
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  [[nodiscard]] std::size_t delayed() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;  // shared with the metrics' scrape alone
};

}  // namespace karbonetes::kube
