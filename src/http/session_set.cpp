#include "http/session.hpp"

namespace karbonetes::http {

bool SessionSet::add(const std::shared_ptr<Session>& session, std::size_t limit) {
  const std::lock_guard lock(mutex_);
  if (draining_ || sessions_.size() >= limit) return false;
  return sessions_.emplace(session.get(), session).second;
}

void SessionSet::remove(Session* session) {
  std::shared_ptr<Session> last;  // dies after the lock is released
  const std::lock_guard lock(mutex_);
  const auto it = sessions_.find(session);
  if (it == sessions_.end()) return;
  last = std::move(it->second);
  sessions_.erase(it);
  if (sessions_.empty()) became_empty_.notify_all();
}

std::vector<std::shared_ptr<Session>> SessionSet::drain() {
  {
    const std::lock_guard lock(mutex_);
    draining_ = true;
  }
  return all();
}

std::vector<std::shared_ptr<Session>> SessionSet::all() {
  const std::lock_guard lock(mutex_);
  std::vector<std::shared_ptr<Session>> copy;
  copy.reserve(sessions_.size());
  for (const auto& [key, session] : sessions_) copy.push_back(session);
  return copy;
}

bool SessionSet::wait_empty(Millis timeout) {
  std::unique_lock lock(mutex_);
  return became_empty_.wait_for(lock, timeout, [&] { return sessions_.empty(); });
}

void SessionSet::clear() {
  std::unordered_map<Session*, std::shared_ptr<Session>> last;
  const std::lock_guard lock(mutex_);
  last.swap(sessions_);
}

}  // namespace karbonetes::http
