// Waiting in tests: for a condition, with a deadline, never for a time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace karbonetes::kube {

inline constexpr std::chrono::seconds kTestDeadline{10};

// A value under a lock that tests wait on. Thread-safe.
template <typename T>
class Watched {
 public:
  template <typename Fn>
  auto with(Fn&& fn) {
    const std::lock_guard lock(mutex_);
    changed_.notify_all();
    return fn(value_);
  }
  [[nodiscard]] T get() {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  // False when the deadline passed first.
  [[nodiscard]] bool wait(const std::function<bool(const T&)>& done,
                          std::chrono::milliseconds limit = kTestDeadline) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return done(value_); });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  T value_{};
};

}  // namespace karbonetes::kube
