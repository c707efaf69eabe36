#include "http/server.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <thread>
#include <vector>

#include "base/snapshot.hpp"
#include "http/session.hpp"

namespace karbonetes::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

namespace {
constexpr auto kAcceptPause = std::chrono::milliseconds(100);
}

class Server::Impl {
 public:
  Impl(ServerOptions options, Handler handler, TlsContext tls)
      : sessions_{std::move(options), std::move(handler), {}}, tls_(std::move(tls)) {}

  ~Impl() { stop(Millis(0)); }

  Status start() {
    const ServerOptions& options = sessions_.options;
    error_code error;
    const auto address = asio::ip::make_address(options.address, error);
    if (error) {
      return fail(Errc::InvalidArgument, "listen address \"" + options.address +
                                             "\" is not an IP address such as 0.0.0.0 or ::");
    }
    const tcp::endpoint endpoint(address, options.port);
    acceptor_.open(endpoint.protocol(), error);
    if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
    if (!error) acceptor_.bind(endpoint, error);
    if (!error) acceptor_.listen(asio::socket_base::max_listen_connections, error);
    if (!error) port_ = acceptor_.local_endpoint(error).port();
    if (error) {
      return fail(Errc::Unavailable, "cannot listen on " + options.address + ':' +
                                         std::to_string(options.port) + ": " + error.message());
    }
    accept();
    try {
      for (int i = 0; i < std::max(1, options.threads); ++i)
        threads_.emplace_back([this] { run(); });
    } catch (const std::system_error& e) {
      stop(Millis(0));
      return fail(Errc::Unavailable, std::string("no thread for the HTTP server: ") + e.what());
    }
    return {};
  }

  std::uint16_t port() const { return port_; }

  Status replace_certificate(const ServerTls& tls) {
    if (!*tls_.get()) {
      return fail(Errc::InvalidArgument,
                  "the server was started without TLS and has no certificate to replace");
    }
    auto made = make_server_tls(tls);
    if (!made) return fail(std::move(made.error()));
    tls_.set(std::move(*made));
    return {};
  }

  void stop(Millis grace) {
    const std::lock_guard lock(stop_mutex_);
    if (stopped_) return;
    stopped_ = true;
    asio::post(acceptor_.get_executor(), [this] {
      error_code ignored;
      acceptor_.close(ignored);
      accept_pause_.cancel();
    });
    for (const auto& session : sessions_.sessions.drain()) session->finish();
    if (!sessions_.sessions.wait_empty(grace)) {
      for (const auto& session : sessions_.sessions.all()) session->abort();
      sessions_.sessions.wait_empty(std::chrono::seconds(1));
    }
    context_.stop();
    for (std::thread& thread : threads_) thread.join();
    error_code ignored;
    acceptor_.close(ignored);  // when the threads ended before they came to it
    {
      const std::lock_guard gate(sessions_.gate->mutex);
      sessions_.gate->open = false;
    }
    sessions_.sessions.clear();
  }

 private:
  void run() {
    for (;;) {
      try {
        context_.run();
        return;
      } catch (const std::exception&) {
        // Memory ran out within one connection's step. That connection is lost when its time is
        // over; the others go on.
      }
    }
  }

  void accept() {
    acceptor_.async_accept(asio::make_strand(context_),
                           [this](const error_code& error, tcp::socket socket) {
                             if (!acceptor_.is_open()) return;
                             if (!error) {
                               begin(std::move(socket));
                               return accept();
                             }
                             // Out of descriptors, most likely: trying again at once would only
                             // burn the CPU.
                             accept_pause_.expires_after(kAcceptPause);
                             accept_pause_.async_wait([this](const error_code&) {
                               if (acceptor_.is_open()) accept();
                             });
                           });
  }

  void begin(tcp::socket socket) {
    const auto session = Session::make(std::move(socket), *tls_.get(), sessions_);
    // Beyond the limit the connection is closed here, by dying.
    if (session && sessions_.sessions.add(session, sessions_.options.max_connections))
      session->start();
  }

  // In this order: what the sessions use outlives the io_context, whose end destroys the last of
  // them.
  SessionContext sessions_;
  Snapshot<TlsContext> tls_;
  asio::io_context context_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{context_.get_executor()};
  tcp::acceptor acceptor_{asio::make_strand(context_)};
  asio::steady_timer accept_pause_{acceptor_.get_executor()};
  std::uint16_t port_ = 0;
  std::vector<std::thread> threads_;
  std::mutex stop_mutex_;
  bool stopped_ = false;  // guarded by stop_mutex_
};

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Server::~Server() = default;

Result<std::unique_ptr<Server>> Server::start(ServerOptions options, Handler handler) {
  TlsContext tls;
  if (options.tls) {
    auto made = make_server_tls(*options.tls);
    if (!made) return fail(std::move(made.error()));
    tls = std::move(*made);
  }
  try {
    auto impl = std::make_unique<Impl>(std::move(options), std::move(handler), std::move(tls));
    if (Status s = impl->start(); !s) return fail(std::move(s.error()));
    return std::unique_ptr<Server>(new Server(std::move(impl)));
  } catch (const std::exception& e) {  // no epoll descriptor left
    return fail(Errc::Unavailable, std::string("cannot start the HTTP server: ") + e.what());
  }
}

std::uint16_t Server::port() const { return impl_->port(); }
Status Server::replace_certificate(const ServerTls& tls) { return impl_->replace_certificate(tls); }
void Server::stop(Millis grace) { impl_->stop(grace); }

}  // namespace karbonetes::http
