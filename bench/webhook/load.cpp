#include "webhook/load.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>

namespace karbonetes::bench {

namespace {

using Steady = std::chrono::steady_clock;

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Context = std::unique_ptr<SSL_CTX, Deleter<SSL_CTX_free>>;
using Session = std::unique_ptr<SSL, Deleter<SSL_free>>;

class Connection {
 public:
  static std::unique_ptr<Connection> open(SSL_CTX* context, std::uint16_t port) {
    std::unique_ptr<Connection> c(new Connection);
    c->socket_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int on = 1;
    setsockopt(c->socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(c->socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      return nullptr;
    c->ssl_.reset(SSL_new(context));
    SSL_set_fd(c->ssl_.get(), c->socket_);
    if (SSL_connect(c->ssl_.get()) != 1) return nullptr;
    return c;
  }
  ~Connection() {
    if (ssl_) SSL_shutdown(ssl_.get());
    ssl_.reset();
    if (socket_ >= 0) close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Head and body of the answer; nullopt when the connection is cut.
  std::optional<std::string_view> call(const std::string& request) {
    if (SSL_write(ssl_.get(), request.data(), static_cast<int>(request.size())) <= 0)
      return std::nullopt;
    answer_.clear();
    std::size_t wanted = std::string::npos;
    while (answer_.size() < wanted) {
      std::array<char, 16 << 10> buffer;  // NOLINT(cppcoreguidelines-pro-type-member-init): written
      const int got = SSL_read(ssl_.get(), buffer.data(), static_cast<int>(buffer.size()));
      if (got <= 0) return std::nullopt;
      answer_.append(buffer.data(), static_cast<std::size_t>(got));
      if (wanted == std::string::npos) wanted = length();
    }
    return answer_;
  }

 private:
  Connection() = default;
  // Of head and body, once the head is there.
  [[nodiscard]] std::size_t length() const {
    const auto head = answer_.find("\r\n\r\n");
    if (head == std::string::npos) return std::string::npos;
    constexpr std::string_view kLength = "ontent-";
    for (auto at = answer_.find(kLength); at < head; at = answer_.find(kLength, at + 1)) {
      const auto name = std::string_view(answer_).substr(at + kLength.size(), 8);
      if (name != "Length: " && name != "length: ") continue;
      std::size_t size = 0;
      const char* digits = answer_.data() + at + kLength.size() + 8;
      std::from_chars(digits, answer_.data() + head, size);
      return head + 4 + size;
    }
    return std::string::npos;
  }
  int socket_ = -1;
  Session ssl_;
  std::string answer_;
};

Context make_context() {
  Context context(SSL_CTX_new(TLS_client_method()));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_NONE, nullptr);
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

std::string request_text(const Load& load) {
  return fmt::format(
      "POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nContent-Type: application/json\r\n"
      "Content-Length: {}\r\n\r\n{}",
      load.path, load.port, load.body.size(), load.body);
}

class Client {
 public:
  Client(const Load& load, SSL_CTX* context, const std::string& expect)
      : load_(load), context_(context), expect_(expect), request_(request_text(load)) {}

  // Requests until `end`; us of each.
  Result<std::vector<double>> run(Steady::time_point end) {
    std::vector<double> out;
    while (Steady::now() < end) {
      const auto began = Steady::now();
      if (!connection_) connection_ = Connection::open(context_, load_.port);
      if (!connection_) return fail(Errc::Unavailable, "cannot connect");
      const auto answer = connection_->call(request_);
      out.push_back(std::chrono::duration<double, std::micro>(Steady::now() - began).count());
      if (!answer) return fail(Errc::Unavailable, "the connection was cut");
      if (!answer->starts_with("HTTP/1.1 200") || answer->find(expect_) == std::string::npos)
        return fail(Errc::Invalid, "unexpected answer: " + std::string(answer->substr(0, 600)));
      if (load_.reconnect) connection_.reset();
    }
    return out;
  }

 private:
  const Load& load_;
  SSL_CTX* context_;
  const std::string& expect_;
  const std::string request_;
  std::unique_ptr<Connection> connection_;
};

}  // namespace

double Latencies::at(double part) const {
  if (us.empty()) return 0;
  const auto index = static_cast<std::size_t>(part * static_cast<double>(us.size()));
  return us[std::min(index, us.size() - 1)];
}

Result<Latencies> run_load(const Load& load, const std::string& expect) {
  const auto context = make_context();
  Latencies all;
  std::optional<Error> error;
  std::mutex mutex;
  const auto began = Steady::now();
  const auto end = began + load.time;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < load.connections; ++i) {
      threads.emplace_back([&] {
        auto mine = Client(load, context.get(), expect).run(end);
        const std::lock_guard lock(mutex);
        if (!mine) {
          error = mine.error();
          return;
        }
        all.us.insert(all.us.end(), mine->begin(), mine->end());
      });
    }
  }
  if (error) return fail(*error);
  all.seconds = std::chrono::duration<double>(Steady::now() - began).count();
  std::ranges::sort(all.us);
  return all;
}

Result<std::string> ask_once(const Load& load) {
  const auto context = make_context();
  const auto connection = Connection::open(context.get(), load.port);
  if (!connection) return fail(Errc::Unavailable, "cannot connect");
  const auto answer = connection->call(request_text(load));
  if (!answer) return fail(Errc::Unavailable, "the connection was cut");
  return std::string(answer->substr(answer->find("\r\n\r\n") + 4));
}

}  // namespace karbonetes::bench
