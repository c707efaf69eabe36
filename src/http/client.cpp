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
    auto bytes = request_bytes(request, host_);
    if (!bytes) return fail(std::move(bytes.error()));
    std::unique_ptr<Connection> connection = take_idle();
    const bool reused = connection != nullptr;
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
      const bool went_stale =
          reused && first && !failure.answered && failure.error.code == Errc::Unavailable;
      if (!went_stale || !(marked_idempotent || is_idempotent(request.method))) {
        return fail(std::move(failure.error));
      }
    }
  }

  Result<std::unique_ptr<Connection>> open(Deadline deadline, const std::stop_token& stop) const {
    const Deadline connected_by = std::min(
        deadline, std::chrono::steady_clock::now() + std::min(options_.connect_timeout, kLongest));
    auto socket = Socket::connect(options_.origin, tls_, server_name_, connected_by, stop);
    if (!socket) return fail(std::move(socket.error()));
    return std::make_unique<Connection>(std::move(*socket));
  }

  // The one used last, since it is the least likely to have been closed by the server.
  std::unique_ptr<Connection> take_idle() {
    const Deadline oldest =
        std::chrono::steady_clock::now() - std::min(options_.idle_timeout, kLongest);
    std::vector<std::unique_ptr<Connection>> dead;  // closed after the lock is released
    const std::lock_guard lock(mutex_);
    const auto alive = std::ranges::find_if(
        idle_, [&](const auto& connection) { return connection->idle_since >= oldest; });
    std::move(idle_.begin(), alive, std::back_inserter(dead));
    idle_.erase(idle_.begin(), alive);
    while (!idle_.empty()) {
      std::unique_ptr<Connection> connection = std::move(idle_.back());
      idle_.pop_back();
      if (connection->quiet()) return connection;
      dead.push_back(std::move(connection));
    }
    return nullptr;
  }

  void put_idle(std::unique_ptr<Connection> connection) {
    connection->idle_since = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    if (idle_.size() < options_.max_idle) idle_.push_back(std::move(connection));
  }

  const ClientOptions options_;
  const TlsContext tls_;
  const std::string host_;
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
