#include "http/body_stream.hpp"

#include <utility>

namespace karbonetes::http {

bool BodyStream::write(std::string_view bytes) {
  bool written = true;
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Open) return false;
    if (bytes.size() > max_unread_ - unread_.size()) {
      state_ = State::Cut;
      std::string().swap(unread_);
      written = false;
    } else {
      unread_ += bytes;
    }
  }
  wake();
  return written;
}

void BodyStream::end() {
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::Open) return;
    state_ = State::Ended;
  }
  wake();
}

bool BodyStream::closed() const {
  const std::lock_guard lock(mutex_);
  return state_ != State::Open;
}

void BodyStream::attach(std::function<void()> wake) {
  const std::lock_guard lock(mutex_);
  wake_ = std::move(wake);
}

BodyStream::Taken BodyStream::take() {
  const std::lock_guard lock(mutex_);
  return {std::exchange(unread_, {}), state_ == State::Ended, state_ == State::Cut};
}

void BodyStream::close() {
  std::function<void()> last;  // dies after the lock is released
  const std::lock_guard lock(mutex_);
  state_ = State::Closed;
  std::string().swap(unread_);
  last.swap(wake_);
}

void BodyStream::wake() {
  std::function<void()> wake;
  {
    const std::lock_guard lock(mutex_);
    wake = wake_;
  }
  if (wake) wake();
}

}  // namespace karbonetes::http
