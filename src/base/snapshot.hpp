// Snapshot<T>: one immutable value that writers replace whole and readers copy by pointer. How the
// webhook sees policies and signals without a lock held across anything. Thread-safe; get() never
// returns null.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace karbonetes {

template <typename T>
class Snapshot {
 public:
  Snapshot() : value_(std::make_shared<const T>()) {}
  explicit Snapshot(T value) : value_(std::make_shared<const T>(std::move(value))) {}

  [[nodiscard]] std::shared_ptr<const T> get() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }
  void set(T value) {
    auto next = std::make_shared<const T>(std::move(value));
    const std::lock_guard lock(mutex_);
    value_ = std::move(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace karbonetes
