#include "raw_peer.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <stdexcept>
#include <utility>

namespace karbonetes::test {

namespace {

void limit_waits(int descriptor) {
  timeval limit{10, 0};
  ::setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

std::size_t length_in(const std::string& head) {
  const std::size_t at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

RawConnection::~RawConnection() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(descriptor_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;  // the peer is gone, which the test sees in other ways
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

std::string RawConnection::read_until(std::string_view end) {
  char chunk[4096];
  for (;;) {
    const std::size_t at = end.empty() ? std::string::npos : rest_.find(end);
    if (at != std::string::npos) {
      std::string out = rest_.substr(0, at + end.size());
      rest_.erase(0, at + end.size());
      return out;
    }
    const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (got <= 0) return std::exchange(rest_, {});
    rest_.append(chunk, static_cast<std::size_t>(got));
  }
}

std::string RawConnection::read_all() { return read_until(""); }

std::string RawConnection::read_message() {
  std::string message = read_until("\r\n\r\n");
  const std::size_t wanted = message.size() + length_in(message);
  char chunk[4096];
  while (message.size() + rest_.size() < wanted) {
    const ssize_t got = ::recv(descriptor_, chunk, sizeof chunk, 0);
    if (got <= 0) break;
    rest_.append(chunk, static_cast<std::size_t>(got));
  }
  const std::size_t body = std::min(rest_.size(), wanted - message.size());
  message += rest_.substr(0, body);
  rest_.erase(0, body);
  return message;
}

RawConnection connect_raw(std::uint16_t port) {
  const int descriptor = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  limit_waits(descriptor);
  const sockaddr_in address = loopback(port);
  if (::connect(descriptor, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    ::close(descriptor);
    throw std::runtime_error("connect");
  }
  return RawConnection(descriptor);
}

void relay(RawConnection& a, RawConnection& b) {
  RawConnection* const ends[] = {&a, &b};
  char chunk[4096];
  for (;;) {
    pollfd ready[] = {{a.descriptor_, POLLIN, 0}, {b.descriptor_, POLLIN, 0}};
    if (::poll(ready, 2, 10'000) <= 0) return;
    for (int i = 0; i < 2; ++i) {
      if (ready[i].revents == 0) continue;
      const ssize_t got = ::recv(ready[i].fd, chunk, sizeof chunk, 0);
      if (got <= 0) return;
      ends[1 - i]->send({chunk, static_cast<std::size_t>(got)});
    }
  }
}

RawServer::RawServer(std::function<void(RawConnection&, int)> script)
    : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_in address = loopback(0);
  socklen_t length = sizeof address;
  if (::bind(listener_, reinterpret_cast<sockaddr*>(&address), length) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    throw std::runtime_error("listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this, script = std::move(script)] {
    for (int number = 0;; ++number) {
      const int accepted = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (accepted < 0) return;
      limit_waits(accepted);
      RawConnection connection(accepted);
      script(connection, number);
    }
  });
}

RawServer::~RawServer() {
  ::shutdown(listener_, SHUT_RDWR);  // wakes accept
  thread_.join();
  ::close(listener_);
}

}  // namespace karbonetes::test
