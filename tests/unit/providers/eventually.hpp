// A condition that another thread will make true: waited for with a deadline, woken by a provider's
// on_change.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace karbonetes::providers {

class Changes {
 public:
  std::function<void()> callback() {
    return [this] {
      const std::lock_guard lock(mutex_);
      ++count_;
      changed_.notify_all();
    };
  }
  int count() {
    const std::lock_guard lock(mutex_);
    return count_;
  }
  // True as soon as `condition` is; false after `most`. Conditions without a change are looked at
  // every 2 ms.
  bool until(const std::function<bool()>& condition,
             std::chrono::milliseconds most = std::chrono::seconds(10)) {
    const auto end = std::chrono::steady_clock::now() + most;
    while (!condition()) {
      if (std::chrono::steady_clock::now() >= end) return false;
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(2));
    }
    return true;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace karbonetes::providers
