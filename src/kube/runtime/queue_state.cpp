#include <algorithm>

#include "kube/runtime/work_queue.hpp"

namespace karbonetes::kube {

bool QueueState::insert(std::string_view key, TimePoint when) {
  return items_.set(key, {when, sequence_++});
}

bool QueueState::add_at(std::string_view key, TimePoint when) {
  if (working_.contains(key)) {
    const auto [it, added] = again_.try_emplace(std::string(key), when);
    it->second = std::min(it->second, when);
    return added;
  }
  if (const auto slot = items_.find(key); slot && slot->due <= when) return false;
  return insert(key, when);
}

bool QueueState::reschedule(std::string_view key, TimePoint when) {
  if (working_.contains(key)) return add_at(key, when);
  return insert(key, when);
}

void QueueState::remove(std::string_view key) {
  items_.erase(key);
  if (const auto it = again_.find(key); it != again_.end()) again_.erase(it);
  forget(key);
}

std::optional<std::string> QueueState::take(TimePoint now) {
  const auto first = items_.first();
  if (!first || first->due > now) return std::nullopt;
  std::string key = items_.pop();
  working_.insert(key);
  return key;
}

std::optional<TimePoint> QueueState::next_due() const {
  const auto first = items_.first();
  return first ? std::optional(first->due) : std::nullopt;
}

void QueueState::done(std::string_view key) {
  if (const auto it = working_.find(key); it != working_.end()) working_.erase(it);
  const auto it = again_.find(key);
  if (it == again_.end()) return;
  const TimePoint when = it->second;
  again_.erase(it);
  (void)add_at(key, when);
}

Millis QueueState::failed(std::string_view key, Millis at_most) {
  constexpr int kDoublings = 14;  // 5 ms * 2^14 is beyond the maximum
  auto it = failures_.find(key);
  if (it == failures_.end()) it = failures_.emplace(std::string(key), 0).first;
  const int doublings = std::min(it->second++, kDoublings);
  it->second = std::min(it->second, kDoublings);
  return std::min({kKeyBackoffMin * (1 << doublings), kKeyBackoffMax, at_most});
}

void QueueState::forget(std::string_view key) {
  if (const auto it = failures_.find(key); it != failures_.end()) failures_.erase(it);
}

std::size_t QueueState::delayed() const { return items_.size(); }

std::size_t QueueState::due(TimePoint now) const { return items_.due(now); }

std::size_t QueueState::in_progress() const { return working_.size(); }

}  // namespace karbonetes::kube
