#include "dashboard/broadcaster.hpp"

#include <algorithm>

#include "dashboard/event.hpp"

namespace karbonetes::dashboard {

namespace {

constexpr int kRetryMs = 2000;

}  // namespace

void Broadcaster::publish(Model model) {
  const std::lock_guard lock(mutex_);
  const std::string changed = change(model_, model);
  model_ = std::move(model);
  if (changed.empty()) return;
  ++number_;
  send(event_bytes(id(), "change", changed));
}

void Broadcaster::heartbeat() {
  const std::lock_guard lock(mutex_);
  send(heartbeat_bytes());
}

std::shared_ptr<http::BodyStream> Broadcaster::subscribe(std::string_view last_event_id) {
  const std::lock_guard lock(mutex_);
  std::erase_if(readers_, [](const auto& reader) { return reader->closed(); });
  if (readers_.size() >= kMaxReaders) return nullptr;
  auto stream = std::make_shared<http::BodyStream>(kMaxUnread);
  stream->write(retry_bytes(kRetryMs));
  if (last_event_id != id()) stream->write(event_bytes(id(), "model", whole(model_)));
  if (ended_) {
    stream->end();
  } else {
    readers_.push_back(stream);
  }
  return stream;
}

std::string Broadcaster::newest() const {
  const std::lock_guard lock(mutex_);
  return whole(model_);
}

void Broadcaster::end() {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  for (const auto& reader : readers_) reader->end();
  readers_.clear();
}

std::string Broadcaster::id() const { return run_ + "-" + std::to_string(number_); }

void Broadcaster::send(const std::string& bytes) {
  std::erase_if(readers_, [&](const auto& reader) { return !reader->write(bytes); });
}

}  // namespace karbonetes::dashboard
