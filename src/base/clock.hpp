// The only source of "now". Real time is read in SystemClock alone; tests own a ManualClock.
// Thread-safe.
#pragma once

#include <atomic>

#include "base/time.hpp"

namespace karbonetes {

class Clock {
 public:
  virtual ~Clock() = default;
  [[nodiscard]] virtual TimePoint now() const = 0;
};

class SystemClock final : public Clock {
 public:
  [[nodiscard]] TimePoint now() const override {
    return std::chrono::time_point_cast<Millis>(std::chrono::system_clock::now());
  }
};

class ManualClock final : public Clock {
 public:
  explicit ManualClock(TimePoint start) : now_ms_(start.time_since_epoch().count()) {}
  [[nodiscard]] TimePoint now() const override { return TimePoint(Millis(now_ms_.load())); }
  void advance(Millis by) { now_ms_.fetch_add(by.count()); }
  void set(TimePoint t) { now_ms_.store(t.time_since_epoch().count()); }

 private:
  std::atomic<Millis::rep> now_ms_;
};

}  // namespace karbonetes
