#include "harness/loopback_http.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

namespace karbonetes::harness {
namespace {

constexpr std::size_t kMaxAnswer = 1u << 20;

class Socket {
 public:
  Socket() : fd_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() { close(fd_); }
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  [[nodiscard]] int fd() const { return fd_; }

 private:
  int fd_;
};

Result<Answer> parse(std::string_view text) {
  // "HTTP/1.0 200 OK"
  const auto space = text.find(' ');
  const auto head_end = text.find("\r\n\r\n");
  Answer answer;
  if (text.substr(0, 5) != "HTTP/" || space == std::string_view::npos ||
      head_end == std::string_view::npos ||
      std::from_chars(text.data() + space + 1, text.data() + head_end, answer.status).ec !=
          std::errc()) {
    return fail(Errc::Parse, "the answer is not HTTP");
  }
  answer.body = text.substr(head_end + 4);
  return answer;
}

}  // namespace

Result<Answer> loopback_request(std::uint16_t port, std::string_view path, std::string_view body,
                                std::chrono::milliseconds timeout) {
  const Socket socket;
  const auto broken = [&](const char* what) {
    const bool late = errno == EAGAIN || errno == EWOULDBLOCK;
    return fail(late ? Errc::Timeout : Errc::Unavailable,
                fmt::format("{} 127.0.0.1:{}: {}", what, port, strerror(errno)));
  };
  const timeval limit{timeout.count() / 1000, (timeout.count() % 1000) * 1000};
  setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(socket.fd(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    return broken("connect");
  }
  std::string request = fmt::format("{} {} HTTP/1.0\r\nHost: 127.0.0.1:{}\r\n",
                                    body.empty() ? "GET" : "POST", path, port);
  if (!body.empty()) {
    request += fmt::format("Content-Type: application/json\r\nContent-Length: {}\r\n", body.size());
  }
  request += "\r\n";
  request += body;
  for (std::string_view rest = request; !rest.empty();) {
    const ssize_t sent = send(socket.fd(), rest.data(), rest.size(), MSG_NOSIGNAL);
    if (sent <= 0) return broken("send to");
    rest.remove_prefix(static_cast<std::size_t>(sent));
  }
  std::string answer;
  std::array<char, 8192> chunk;
  while (answer.size() < kMaxAnswer) {
    const ssize_t got = recv(socket.fd(), chunk.data(), chunk.size(), 0);
    if (got < 0) return broken("receive from");
    if (got == 0) break;
    answer.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return parse(answer);
}

}  // namespace karbonetes::harness
