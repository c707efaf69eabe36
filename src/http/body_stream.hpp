// The body of an answer that is written while the peer reads it, as server-sent events are. Made by
// a handler, which hands it over in its Response and keeps a copy to write to; the server takes
// from it. Thread-safe. Failure: once the peer has gone, or has left more than `max_unread` bytes
// unread and was cut for it, write() answers false and keeps nothing.
#pragma once

#include <cstddef>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>

namespace karbonetes::http {

class BodyStream {
 public:
  explicit BodyStream(std::size_t max_unread = 4u << 20) : max_unread_(max_unread) {}
  BodyStream(const BodyStream&) = delete;
  BodyStream& operator=(const BodyStream&) = delete;

  // -- the writer's side --
  // False: nobody is going to read it.
  bool write(std::string_view bytes);
  // No more after what was written.
  void end();
  [[nodiscard]] bool closed() const;

  // -- the server's side --
  struct Taken {
    std::string bytes;
    bool last = false;  // the writer has ended it, and this is all
    bool cut = false;   // too much was left unread
  };
  // `wake` is called, without a lock held, whenever there is something to take.
  void attach(std::function<void()> wake);
  [[nodiscard]] Taken take();
  // The peer has gone.
  void close();

 private:
  enum class State { Open, Ended, Cut, Closed };

  void wake();

  const std::size_t max_unread_;
  mutable std::mutex mutex_;
  std::string unread_;
  std::function<void()> wake_;
  State state_ = State::Open;
};

}  // namespace karbonetes::http
