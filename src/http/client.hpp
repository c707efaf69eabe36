// HTTP/1.1 client for one origin: pooled keep-alive connections, TLS 1.2+, a deadline on every
// call, cancellation by stop token. Calls block their thread; any number of threads may call at
// once (each call takes a connection of its own). Redirects are not followed. Failure: Result
// errors Timeout, Cancelled, Unavailable (connection refused, cut, TLS); an HTTP status is never an
// error here. A request sent on a reused connection that the server had closed meanwhile is sent
// once more on a new one only when no byte of an answer came and the request is idempotent (GET,
// HEAD, PUT, DELETE, or marked).
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "base/time.hpp"
#include "http/proxy.hpp"
#include "http/types.hpp"

namespace karbonetes::http {

struct TlsOptions {
  std::string ca_pem;           // empty: the system's store
  std::string certificate_pem;  // client certificate, with its chain; empty: none
  std::string private_key_pem;
  std::string server_name;  // verified name and SNI; empty: the URL's host
  bool insecure_skip_verify = false;
};

struct ClientOptions {
  Url origin;  // target is ignored
  TlsOptions tls;
  // Through it: https by CONNECT (the proxy sees no more than host and port), http by the absolute
  // form of the target (RFC 9112, 3.2.2). The origin's name is then looked up by the proxy.
  std::optional<Proxy> proxy = std::nullopt;
  std::size_t max_idle = 32;  // connections kept open while unused
  Millis connect_timeout = std::chrono::seconds(5);
  Millis idle_timeout =
      std::chrono::seconds(90);  // an idle connection older than this is closed, not reused
};

struct CallOptions {
  Millis timeout = std::chrono::seconds(30);  // the whole exchange, connecting included
  std::size_t max_body = 64u << 20;           // bytes; beyond it the call fails with Invalid
  bool idempotent = false;  // may be repeated on a stale connection even if the method is not
};

class Client {
 public:
  // Errors: InvalidArgument (unreadable PEM).
  [[nodiscard]] static Result<std::unique_ptr<Client>> make(ClientOptions options);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  [[nodiscard]] Result<Response> exchange(const Request& request, const CallOptions& options,
                                          std::stop_token stop);

  // Reads an endless answer. On a 2xx status `on_data` gets the body's bytes as they come (return
  // false to stop); on any other the body is read whole (up to 1 MiB) into the returned Response.
  // No byte for `idle` ends it with Timeout. Returns the Response at the end of the stream or when
  // on_data stopped it; the connection is closed, not pooled.
  [[nodiscard]] Result<Response> stream(const Request& request, Millis idle, std::stop_token stop,
                                        const std::function<bool(std::string_view)>& on_data);

 private:
  class Impl;
  explicit Client(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace karbonetes::http
