// Keeps the broadcaster's model in step with the cluster. Two threads of its own: one reads what is
// read again and again (signals every 5 s, policies and books every 30 s), one makes the model
// whenever something has changed, at most every 250 ms, and at least every 5 s, since time alone
// changes it, too. So a server that hangs delays no news of Jobs. Ends with its destructor.
#pragma once

#include <condition_variable>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

#include "base/clock.hpp"
#include "base/snapshot.hpp"
#include "dashboard/broadcaster.hpp"
#include "dashboard/job_board.hpp"
#include "dashboard/readings.hpp"

namespace karbonetes::dashboard {

class Collector {
 public:
  Collector(Scope scope, Sources sources, Broadcaster& broadcaster, const Clock& clock);
  ~Collector();
  Collector(const Collector&) = delete;
  Collector& operator=(const Collector&) = delete;

  [[nodiscard]] JobBoard& board() { return board_; }
  [[nodiscard]] std::shared_ptr<const Readings> readings() const { return readings_.get(); }
  void start();

 private:
  void read(const std::stop_token& stop);
  void publish(const std::stop_token& stop);
  void changed();

  const Scope scope_;
  const Sources sources_;
  Broadcaster& broadcaster_;
  const Clock& clock_;
  std::mutex mutex_;
  std::condition_variable_any news_;
  bool changed_ = false;
  JobBoard board_;
  Snapshot<Readings> readings_;
  std::jthread reader_, publisher_;
};

}  // namespace karbonetes::dashboard
