// HTTP/1.1 server on one address: keep-alive, optional TLS, limits on head, body and time, graceful
// stop. The handler runs on the server's own threads and may block only briefly; it is called from
// several at once when threads > 1. A handler that wants to answer later (long poll) keeps its
// Reply; one that does not know the whole answer yet gives a Response with a stream. Failure:
// start() returns Unavailable when the port is taken and InvalidArgument for unreadable PEM; a bad
// request is answered (400, 408, 413, 431) and never reaches the handler.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "base/time.hpp"
#include "http/types.hpp"

namespace karbonetes::http {

struct ServerTls {
  std::string certificate_pem;  // with its chain
  std::string private_key_pem;
  std::string client_ca_pem;  // not empty: only clients with a certificate from it get through the
                              // handshake
};

struct ServerOptions {
  std::string address = "0.0.0.0";
  std::uint16_t port = 0;  // 0: any free port, see port()
  std::optional<ServerTls> tls;
  int threads = 1;
  std::size_t max_body = 8u << 20;
  std::size_t max_connections = 4096;
  Millis read_timeout = std::chrono::seconds(10);   // a whole request, from its first byte
  Millis keep_alive = std::chrono::seconds(120);    // between requests
  Millis write_timeout = std::chrono::seconds(30);  // a whole answer, or what a stream has at a
                                                    // time; a peer that does not read it is cut
};

// Call exactly once, from any thread, even after the server is gone; a second call does nothing.
// When the last copy dies uncalled, or the handler throws, the peer gets a 500.
using Reply = std::function<void(Response)>;
using Handler = std::function<void(Request&&, Reply)>;

class Server {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Server>> start(ServerOptions options,
                                                             Handler handler);
  ~Server();  // stop(0 s)
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  // New connections use it; open ones keep what they have. Errors: InvalidArgument.
  [[nodiscard]] Status replace_certificate(const ServerTls& tls);
  // Stops accepting, ends streams, lets requests in flight finish for at most `grace`, then closes.
  // Joins its threads.
  void stop(Millis grace);

 private:
  class Impl;
  explicit Server(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::http
