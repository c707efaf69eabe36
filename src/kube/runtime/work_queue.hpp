// Work queue of keys: deduplicating, delayed, with per-key back-off. A key is handed to one worker at a time; added again
// while being worked on, it comes back after done(). Adding a key that is already due later moves it forward, never back
// (use reschedule() for that). Order: due instant, then insertion. QueueState is pure (time is an argument);
// WorkQueue is the thread-safe wrapper that sleeps until something is due: no polling. Metrics workqueue_*.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

#include "base/clock.hpp"
#include "kube/runtime/store.hpp"
#include "metrics/registry.hpp"

namespace karbonetes::kube {

inline constexpr Millis kKeyBackoffMin{5};
inline constexpr Millis kKeyBackoffMax{60'000};

class QueueState {
 public:
  // Due at `when`; when the key already waits for an earlier instant, nothing changes.
  void add_at(std::string_view key, TimePoint when);
  // Due at `when`, whatever it waited for before. A key being worked on keeps an earlier add_at.
  void reschedule(std::string_view key, TimePoint when);
  void remove(std::string_view key);                    // forgets a delayed key and its failures
  // The next due key, now being worked on; nullopt when none is due.
  [[nodiscard]] std::optional<std::string> take(TimePoint now);
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  void done(std::string_view key);
  // Records a failure of the key; returns how long to wait: 5 ms doubling to 60 s.
  [[nodiscard]] Millis failed(std::string_view key);
  void forget(std::string_view key);                    // success: back-off starts anew
  [[nodiscard]] std::size_t delayed() const;            // waiting for their instant
  [[nodiscard]] std::size_t in_progress() const;

 private:
  struct Item {
    TimePoint due;
    std::uint64_t order;
  };
  std::unordered_map<std::string, Item, StringHash, std::equal_to<>> items_;
  std::set<std::pair<std::pair<TimePoint, std::uint64_t>, const std::string*>> by_due_;
  std::unordered_set<std::string, StringHash, std::equal_to<>> working_;
  std::unordered_map<std::string, TimePoint, StringHash, std::equal_to<>> again_;  // added while being worked on
  std::unordered_map<std::string, int, StringHash, std::equal_to<>> failures_;
  std::uint64_t sequence_ = 0;
};

class WorkQueue {
 public:
  WorkQueue(std::string name, const Clock& clock, metrics::Registry& metrics);
  ~WorkQueue();

  void add(std::string_view key);                       // due now
  void add_at(std::string_view key, TimePoint when);
  void reschedule(std::string_view key, TimePoint when);
  void add_rate_limited(std::string_view key);          // after failed(): back-off
  void remove(std::string_view key);
  void forget(std::string_view key);
  // Blocks until a key is due; nullopt when stop is requested.
  [[nodiscard]] std::optional<std::string> take(std::stop_token stop);
  void done(std::string_view key);
  [[nodiscard]] std::optional<TimePoint> next_due() const;
  [[nodiscard]] std::size_t delayed() const;

 private:
  struct Metrics;
  const Clock& clock_;
  std::unique_ptr<Metrics> metrics_;
  mutable std::mutex mutex_;
  std::condition_variable_any wake_;
  QueueState state_;
};

}  // namespace karbonetes::kube
