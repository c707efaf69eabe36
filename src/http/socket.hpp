// One TCP or TLS connection to a server, as blocking calls with a deadline and a stop token. Owned
// by one Connection; used by one thread at a time (the stop may come from any). Each call runs a
// private io_context until its operation is done. Failure: Timeout, Cancelled, Unavailable; after
// any of them the socket is closed.
#pragma once

#include <chrono>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <string_view>

#include "http/tls_context.hpp"
#include "http/types.hpp"

namespace karbonetes::http {

using Deadline = std::chrono::steady_clock::time_point;

class Socket {
 public:
  // Looks up, connects and shakes hands. `tls` null: plain TCP. `server_name`: what the certificate
  // must carry.
  [[nodiscard]] static Result<std::unique_ptr<Socket>> connect(const Url& origin,
                                                               const TlsContext& tls,
                                                               const std::string& server_name,
                                                               Deadline deadline,
                                                               const std::stop_token& stop);
  // Shakes hands on a plain connection: after a proxy has opened its tunnel. Once, before anything
  // else was read or written that belongs to the peer behind it.
  [[nodiscard]] Status start_tls(const TlsContext& tls, const std::string& server_name,
                                 Deadline deadline, const std::stop_token& stop);
  ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;

  // Returns as soon as there is at least one byte; 0: the peer ended its side in good order.
  [[nodiscard]] Result<std::size_t> read_some(std::span<char> into, Deadline deadline,
                                              const std::stop_token& stop);
  // Writes all of it.
  [[nodiscard]] Status write(std::string_view bytes, Deadline deadline,
                             const std::stop_token& stop);

  // False when the peer has closed, or sent what nobody asked for: not fit for another request.
  [[nodiscard]] bool quiet() const;

 private:
  class Impl;
  explicit Socket(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::http
