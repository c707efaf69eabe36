#include "http/client.hpp"

#include <algorithm>
#include <mutex>
#include <vector>

#include "http/connection.hpp"
#include "http/wire.hpp"

namespace karbonetes::http {

namespace {

bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE";
}

constexpr Millis kLongest =
    std::chrono::hours(24 * 365);  // keeps now + timeout within the clock's range

}  // namespace

class Client::Impl {
 public:
  Impl(ClientOptions options, TlsContext tls)
      : options_(std::move(options)),
        tls_(std::move(tls)),
        host_(host_header(options_.origin)),
        prefix_(options_.proxy && !options_.origin.tls ? "http://" + host_ : std::string()),
        server_name_(options_.tls.server_name.empty() ? options_.origin.host
                                                      : options_.tls.server_name) {}

  Result<Response> exchange(const Request& request, const CallOptions& call,
                            const std::stop_token& stop) {
    const Deadline deadline = std::chrono::steady_clock::now() + std::min(call.timeout, kLongest);
    return with_connection(request, call.idempotent, deadline, stop,
                           [&](Connection& connection, std::string_view bytes) {
                             return connection.exchange(bytes, request.method == "HEAD",
                                                        call.max_body, deadline, stop);
                           });
  }

  Result<Response> stream(const Request& request, Millis idle, const std::stop_token& stop,
                          const std::function<bool(std::string_view)>& on_data) {
    idle = std::min(idle, kLongest);
    const Deadline deadline = std::chrono::steady_clock::now() + idle;
    return with_connection(
        request, false, deadline, stop,
        [&](Connection& connection, std::string_view bytes) {
          return connection.stream(bytes, idle, stop, on_data);
        },
        /*keep=*/false);
  }

 private:
  template <typename Use>
  Result<Response> with_connection(const Request& request, bool marked_idempotent,
                                   Deadline deadline, const std::stop_token& stop, Use use,
                                   bool keep = true) {
    auto bytes = prefix_.empty() ? request_bytes(request, host_)
                                 : request_bytes(through_proxy(request), host_, prefix_);
    if (!bytes) return fail(std::move(bytes.error()));
    std::unique_ptr<Connection> connection = take_idle();
    const bool reused = connection != nullptr;
    const auto began = std::chrono::steady_clock::now();
    for (bool first = true;; first = false) {
      if (!connection) {
        auto opened = open(deadline, stop);
        if (!opened) return fail(std::move(opened.error()));
        connection = std::move(*opened);
      }
      auto response = use(*connection, *bytes);
      if (response) {
        if (keep && connection->reusable()) put_idle(std::move(connection));
        return std::move(*response);
      }
      connection.reset();
      Failure& failure = response.error();
      // What broke this connection has probably broken those that were idle beside it; the next
      // call must not find that out one by one, each by a timeout of its own.
      if (reused && first && !failure.answered) drop_idle_since_before(began);
      const bool went_stale =
          reused && first && !failure.answered && failure.error.code == Errc::Unavailable;
      if (!went_stale || !(marked_idempotent || is_idempotent(request.method))) {
        return fail(std::move(failure.error));
      }
    }
  }

  // A proxy that reads the request itself gets its credentials with each; a tunnel got them once.
  Request through_proxy(Request request) const {
    if (!options_.proxy->authorization.empty()) {
      request.headers.push_back({"Proxy-Authorization", options_.proxy->authorization});
    }
    return request;
  }

  Result<std::unique_ptr<Connection>> open(Deadline deadline, const std::stop_token& stop) const {
    const Deadline connected_by = std::min(
        deadline, std::chrono::steady_clock::now() + std::min(options_.connect_timeout, kLongest));
    if (!options_.proxy) {
      auto socket = Socket::connect(options_.origin, tls_, server_name_, connected_by, stop);
      if (!socket) return fail(std::move(socket.error()));
      return std::make_unique<Connection>(std::move(*socket));
    }
    const Url proxy{false, options_.proxy->host, options_.proxy->port, "/"};
    auto socket = Socket::connect(proxy, nullptr, proxy.host, connected_by, stop);
    if (!socket) return fail(from_proxy(std::move(socket.error())));
    if (options_.origin.tls) {
      if (Status s = tunnel(**socket, connected_by, stop); !s) return fail(from_proxy(s.error()));
      if (Status s = (*socket)->start_tls(tls_, server_name_, connected_by, stop); !s)
        return fail(std::move(s.error()));
    }
    return std::make_unique<Connection>(std::move(*socket));
  }

  static Error from_proxy(Error error) {
    error.message = "proxy: " + error.message;
    return error;
  }

  Status tunnel(Socket& socket, Deadline deadline, const std::stop_token& stop) const {
    const std::string bytes = connect_bytes(options_.origin, options_.proxy->authorization);
    if (Status s = socket.write(bytes, deadline, stop); !s) return s;
    ResponseReader reader;
    reader.begin(/*to_head=*/true, 0);  // a 2xx to CONNECT has no body whatever its head says
    while (!reader.done()) {
      const auto got = socket.read_some(reader.space(), deadline, stop);
      if (!got) return fail(got.error());
      if (Status s = *got == 0 ? reader.ended() : reader.received(*got); !s) return s;
    }
    const int status = reader.status();
    if (status >= 200 && status < 300) return {};
    return fail(Errc::Unavailable,
                status == 407
                    ? "it wants credentials (407); write http://user:password@host:port"
                    : "it refused a tunnel to " + host_ + " with " + std::to_string(status));
  }

  // The one used last, since it is the least likely to have been closed by the server.
  std::unique_ptr<Connection> take_idle() {
    const Deadline oldest =
        std::chrono::steady_clock::now() - std::min(options_.idle_timeout, kLongest);
    std::vector<std::unique_ptr<Connection>> dead;  // closed after the lock is released
    const std::lock_guard lock(mutex_);
    dead = take_older(oldest);
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->quiet()) return connection;
      dead.push_back(std::move(connection));
    }
    return nullptr;
  }

  void drop_idle_since_before(Deadline instant) {
    std::vector<std::unique_ptr<Connection>> dead;  // closed after the lock is released
    const std::lock_guard lock(mutex_);
    dead = take_older(instant);
  }

  // The caller holds the lock.
  std::vector<std::unique_ptr<Connection>> take_older(Deadline instant) {
    const auto alive = std::ranges::find_if(
        idle_, [&](const auto& connection) { return connection->idle_since >= instant; });
    std::vector<std::unique_ptr<Connection>> out(std::move_iterator(idle_.begin()),
                                                 std::move_iterator(alive));
    idle_.erase(idle_.begin(), alive);
    return out;
  }

  void put_idle(std::unique_ptr<Connection> connection) {
    connection->idle_since = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.max_idle) idle_.push_back(std::move(connection));
  }

  const ClientOptions options_;
  const TlsContext tls_;
  const std::string host_;
  const std::string prefix_;  // before each target, towards a proxy that reads it
  const std::string server_name_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> idle_;  // guarded by mutex_; oldest first
};

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::~Client() = default;

Result<std::unique_ptr<Client>> Client::make(ClientOptions options) {
  if (options.origin.host.empty() || options.origin.port == 0) {
    return fail(Errc::InvalidArgument, "the HTTP client's origin needs a host and a port");
  }
  TlsContext tls;
  if (options.origin.tls) {
    auto made = make_client_tls(options.tls);
    if (!made) return fail(std::move(made.error()));
    tls = std::move(*made);
  }
  return std::unique_ptr<Client>(
      new Client(std::make_unique<Impl>(std::move(options), std::move(tls))));
}

Result<Response> Client::exchange(const Request& request, const CallOptions& options,
                                  std::stop_token stop) {
  return impl_->exchange(request, options, stop);
}

Result<Response> Client::stream(const Request& request, Millis idle, std::stop_token stop,
                                const std::function<bool(std::string_view)>& on_data) {
  return impl_->stream(request, idle, stop, on_data);
}

}  // namespace karbonetes::http
