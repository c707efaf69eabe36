// One model, many readers: keeps the newest, and tells each open page what has changed.
// Thread-safe. A page that does not read is cut by its stream; a page that comes back with the id
// of the newest event is told nothing twice.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "dashboard/model.hpp"
#include "http/body_stream.hpp"

namespace karbonetes::dashboard {

class Broadcaster {
 public:
  static constexpr std::size_t kMaxReaders = 32;
  // As much as a page may leave unread. The first event must fit.
  static constexpr std::size_t kMaxUnread = 32u << 20;

  // `run` tells this program's events from those of another run on the same port.
  explicit Broadcaster(std::string run) : run_(std::move(run)) {}

  // Sends what differs from the newest, if anything does.
  void publish(Model model);
  void heartbeat();
  // Null: there are kMaxReaders of them.
  [[nodiscard]] std::shared_ptr<http::BodyStream> subscribe(std::string_view last_event_id);
  [[nodiscard]] std::string newest() const;  // the whole model
  // Ends all streams, and those that still come.
  void end();

 private:
  [[nodiscard]] std::string id() const;  // with the lock held
  void send(const std::string& bytes);   // with the lock held

  const std::string run_;
  mutable std::mutex mutex_;
  Model model_;
  std::uint64_t number_ = 0;  // of the newest event
  std::vector<std::shared_ptr<http::BodyStream>> readers_;
  bool ended_ = false;
};

}  // namespace karbonetes::dashboard
