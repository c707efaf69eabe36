// One connection to the origin and the HTTP exchanges on it, one after the other. Owned by the
// Client's pool or by the call that uses it; one thread at a time. Failure: see Failure; after one
// the connection is of no further use.
#pragma once

#include <functional>
#include <memory>

#include "http/response_reader.hpp"
#include "http/socket.hpp"

namespace karbonetes::http {

struct Failure {
  Error error;
  bool answered = false;  // at least one byte of an answer had come
};

class Connection {
 public:
  explicit Connection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}

  // `request`: the message's bytes. `to_head`: its method is HEAD.
  [[nodiscard]] tl::expected<Response, Failure> exchange(std::string_view request, bool to_head,
                                                         std::size_t max_body, Deadline deadline,
                                                         const std::stop_token& stop);

  // The deadline starts anew, `idle` from now, with each byte that comes.
  [[nodiscard]] tl::expected<Response, Failure> stream(
      std::string_view request, Millis idle, const std::stop_token& stop,
      const std::function<bool(std::string_view)>& on_data);

  // After an exchange: the server keeps the connection open.
  [[nodiscard]] bool reusable() const { return reader_.keep_alive(); }
  // Just before another exchange: nothing has come or closed while it lay idle.
  [[nodiscard]] bool quiet() const { return socket_->quiet(); }

  Deadline idle_since{};  // kept by the pool

 private:
  [[nodiscard]] Status read_once(Deadline deadline, const std::stop_token& stop);
  [[nodiscard]] tl::unexpected<Failure> failure(Error error) const;

  std::unique_ptr<Socket> socket_;
  ResponseReader reader_;
};

}  // namespace karbonetes::http
