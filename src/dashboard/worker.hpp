// One thread for what may block, so that the server's own never do. Tasks run in the order in which
// they came. Thread-safe. The destructor lets the task that runs end, and drops the others.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace karbonetes::dashboard {

class Worker {
 public:
  explicit Worker(std::size_t most) : most_(most) {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }

  // False: `most` tasks wait already.
  [[nodiscard]] bool post(std::function<void()> task) {
    const std::lock_guard lock(mutex_);
    if (tasks_.size() >= most_) return false;
    tasks_.push_back(std::move(task));
    news_.notify_one();
    return true;
  }

 private:
  void run(const std::stop_token& stop) {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        if (!news_.wait(lock, stop, [this] { return !tasks_.empty(); })) return;
        if (stop.stop_requested()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      task();
    }
  }

  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable_any news_;
  std::deque<std::function<void()>> tasks_;
  std::jthread thread_;
};

}  // namespace karbonetes::dashboard
