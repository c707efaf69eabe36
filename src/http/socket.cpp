#include "http/socket.hpp"

#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cstring>
#include <optional>

#include "http/resolve.hpp"

namespace karbonetes::http {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

class Socket::Impl {
 public:
  explicit Impl(const Url& origin) : peer_(origin.host + ':' + std::to_string(origin.port)) {}

  Status connect(const std::vector<Address>& addresses, Deadline deadline,
                 const std::stop_token& stop) {
    Status last = fail(Errc::Unavailable, "no address for " + peer_);
    for (std::size_t i = 0; i < addresses.size(); ++i) {
      const auto now = std::chrono::steady_clock::now();
      // A share each, so that one dead address does not eat the time of those behind it.
      const auto share = (deadline - now) / static_cast<long>(addresses.size() - i);
      last = connect_one(addresses[i], now + share, stop);
      if (last || last.error().code == Errc::Cancelled) return last;
    }
    return last;
  }

  Status handshake(const TlsContext& tls, const std::string& name, Deadline deadline,
                   const std::stop_token& stop) {
    SSL* session = new_client_session(tls, name);
    if (session == nullptr) return fail(Errc::Internal, "no TLS session for " + peer_);
    tls_.emplace(socket_, session);  // owns the session from here on
    auto result = run(
        [this](auto handler) {
          tls_->async_handshake(asio::ssl::stream_base::client,
                                [handler](const error_code& e) mutable { handler(e, 0); });
        },
        deadline, stop, "TLS handshake with ");
    if (result) return {};
    Error error = std::move(result.error());
    if (const std::string why = verify_failure(session);
        !why.empty() && error.code == Errc::Unavailable) {
      error.message = "certificate of " + peer_ + " is not trusted as " + name + ": " + why;
    }
    return fail(std::move(error));
  }

  Result<std::size_t> read_some(std::span<char> into, Deadline deadline,
                                const std::stop_token& stop) {
    const auto buffer = asio::buffer(into.data(), into.size());
    return run(
        [&](auto handler) {
          if (tls_) {
            tls_->async_read_some(buffer, handler);
          } else {
            socket_.async_read_some(buffer, handler);
          }
        },
        deadline, stop, "reading from ");
  }

  Status write(std::string_view bytes, Deadline deadline, const std::stop_token& stop) {
    const auto buffer = asio::buffer(bytes.data(), bytes.size());
    auto result = run(
        [&](auto handler) {
          if (tls_) {
            asio::async_write(*tls_, buffer, handler);
          } else {
            asio::async_write(socket_, buffer, handler);
          }
        },
        deadline, stop, "writing to ");
    if (!result) return fail(std::move(result.error()));
    return {};
  }

  bool quiet() {
    if (!socket_.is_open()) return false;
    char byte = 0;
    const auto got = ::recv(socket_.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT);
    return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
  }

 private:
  Status connect_one(const Address& address, Deadline deadline, const std::stop_token& stop) {
    tcp::endpoint endpoint;
    if (address.length > endpoint.capacity())
      return fail(Errc::Unavailable, "unknown kind of address");
    std::memcpy(endpoint.data(), &address.storage, address.length);
    endpoint.resize(address.length);
    close();
    error_code error;
    socket_.open(endpoint.protocol(), error);
    if (error) return fail(Errc::Unavailable, "no socket for " + peer_ + ": " + error.message());
    socket_.set_option(tcp::no_delay(true), error);
    notice_dead_peers();
    auto result = run(
        [&](auto handler) {
          socket_.async_connect(endpoint,
                                [handler](const error_code& e) mutable { handler(e, 0); });
        },
        deadline, stop, "connecting to ");
    if (!result) return fail(std::move(result.error()));
    return {};
  }

  // A peer that is gone without a word (a node lost, a NAT that forgot us) is noticed within some
  // 20 s while we wait for it, and within 10 s when it does not confirm what we sent.
  void notice_dead_peers() {
    const auto set = [this](int level, int option, int value) {
      (void)setsockopt(socket_.native_handle(), level, option, &value, sizeof value);
    };
    set(SOL_SOCKET, SO_KEEPALIVE, 1);
    set(IPPROTO_TCP, TCP_KEEPIDLE, 10);
    set(IPPROTO_TCP, TCP_KEEPINTVL, 3);
    set(IPPROTO_TCP, TCP_KEEPCNT, 3);
    set(IPPROTO_TCP, TCP_USER_TIMEOUT, 10'000);
  }

  // Starts an operation and runs the context until it has ended, one way or another.
  template <typename Start>
  Result<std::size_t> run(Start start, Deadline deadline, const std::stop_token& stop,
                          const char* doing) {
    struct {
      bool done = false;
      error_code error;
      std::size_t bytes = 0;
    } outcome;
    if (stop.stop_requested()) {
      close();
      return fail(Errc::Cancelled, std::string(doing) + peer_ + ": stopped");
    }
    bool timed_out = false;
    context_.restart();
    start([&outcome](const error_code& error, std::size_t bytes) {
      outcome.done = true;
      outcome.error = error;
      outcome.bytes = bytes;
    });
    {
      const std::stop_callback on_stop(stop, [this] {
        asio::post(context_, [this] {
          cancelled_ = true;
          close();
        });
      });
      while (!outcome.done && context_.run_one_until(deadline) != 0) {
      }
    }
    if (!outcome.done) {
      timed_out = true;
      close();  // ends the operation, whose buffers are the caller's
      context_.restart();
      while (!outcome.done && context_.run_one() != 0) {
      }
    } else if (stop.stop_requested()) {
      context_.restart();  // the stop may still be queued; it must not hit a later call
      context_.poll();
    }
    if (cancelled_) return fail(Errc::Cancelled, std::string(doing) + peer_ + ": stopped");
    if (timed_out) return fail(Errc::Timeout, std::string(doing) + peer_ + " took too long");
    if (outcome.error == asio::error::eof) return std::size_t{0};
    if (outcome.error) {
      close();
      const bool truncated = outcome.error == asio::ssl::error::stream_truncated;
      return fail(Errc::Unavailable, std::string(doing) + peer_ + ": " +
                                         (truncated ? "connection cut" : outcome.error.message()));
    }
    return outcome.bytes;
  }

  void close() {
    error_code ignored;
    socket_.close(ignored);
  }

  const std::string peer_;
  asio::io_context context_{1};
  tcp::socket socket_{context_};
  std::optional<asio::ssl::stream<tcp::socket&>> tls_;
  bool cancelled_ = false;
};

Socket::Socket(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Socket::~Socket() = default;

Result<std::unique_ptr<Socket>> Socket::connect(const Url& origin, const TlsContext& tls,
                                                const std::string& server_name, Deadline deadline,
                                                const std::stop_token& stop) {
  auto addresses = resolve(origin.host, origin.port, deadline, stop);
  if (!addresses) return fail(std::move(addresses.error()));
  try {
    auto impl = std::make_unique<Impl>(origin);
    if (Status s = impl->connect(*addresses, deadline, stop); !s) return fail(std::move(s.error()));
    if (tls) {
      if (Status s = impl->handshake(tls, server_name, deadline, stop); !s)
        return fail(std::move(s.error()));
    }
    return std::unique_ptr<Socket>(new Socket(std::move(impl)));
  } catch (const std::exception& e) {  // no epoll or event descriptor left
    return fail(Errc::Unavailable, std::string("no connection: ") + e.what());
  }
}

Status Socket::start_tls(const TlsContext& tls, const std::string& server_name, Deadline deadline,
                         const std::stop_token& stop) {
  try {
    return impl_->handshake(tls, server_name, deadline, stop);
  } catch (const std::exception& e) {
    return fail(Errc::Unavailable, std::string("no TLS session: ") + e.what());
  }
}

Result<std::size_t> Socket::read_some(std::span<char> into, Deadline deadline,
                                      const std::stop_token& stop) {
  return impl_->read_some(into, deadline, stop);
}

Status Socket::write(std::string_view bytes, Deadline deadline, const std::stop_token& stop) {
  return impl_->write(bytes, deadline, stop);
}

bool Socket::quiet() const { return impl_->quiet(); }

}  // namespace karbonetes::http
