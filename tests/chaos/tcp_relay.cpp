#include "chaos/tcp_relay.hpp"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <random>
#include <stdexcept>

namespace karbonetes::chaos {

namespace {

constexpr int kLookMs = 20;  // how soon a change of the network is noticed

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void close_with_reset(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
  close(socket);
}

bool write_all(int socket, const char* data, std::size_t size) {
  while (size > 0) {
    const auto sent = send(socket, data, size, MSG_NOSIGNAL);
    if (sent <= 0) return false;
    data += sent;
    size -= static_cast<std::size_t>(sent);
  }
  return true;
}

}  // namespace

struct TcpRelay::Link {
  int client = -1, server = -1;
  unsigned number = 0, epoch = 0, forgotten = 0;
  std::atomic<bool> done{false};
  std::jthread thread;
};

TcpRelay::TcpRelay(std::uint16_t listen_port, std::uint16_t target_port, unsigned seed)
    : target_port_(target_port), seed_(seed) {
  listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const int on = 1;
  setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(listen_port);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 ||
      listen(listener_, 128) != 0)
    throw std::runtime_error("the relay's port is taken");
  thread_ = std::jthread([this](const std::stop_token& stop) { accept_loop(stop); });
}

TcpRelay::~TcpRelay() {
  thread_.request_stop();
  thread_.join();
  links_.clear();
  close(listener_);
}

void TcpRelay::set(const Network& network) {
  const std::lock_guard lock(mutex_);
  network_ = network;
}

void TcpRelay::reset_all() { ++epoch_; }
void TcpRelay::forget_all() { ++forgotten_; }

void TcpRelay::accept_loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    std::erase_if(links_, [](const auto& link) { return link->done.load(); });
    pollfd waiting{listener_, POLLIN, 0};
    if (poll(&waiting, 1, kLookMs) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    bool refuse = false;
    {
      const std::lock_guard lock(mutex_);
      refuse = network_.refuse;
    }
    const int server = refuse ? -1 : socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const auto address = loopback(target_port_);
    if (refuse ||
        connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      if (server >= 0) close(server);
      close_with_reset(client);
      continue;
    }
    for (const int end : {client, server}) {
      const int on = 1;
      setsockopt(end, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    auto link = std::make_unique<Link>();
    link->client = client;
    link->server = server;
    link->number = static_cast<unsigned>(connections_++);
    link->epoch = epoch_;
    link->forgotten = forgotten_;
    auto& ref = *link;
    links_.push_back(std::move(link));
    ref.thread = std::jthread([this, &ref](const std::stop_token& s) { relay(s, ref); });
  }
}

void TcpRelay::relay(const std::stop_token& stop, Link& link) {
  std::mt19937 random(seed_ + 7919U * link.number);
  std::uniform_real_distribution<double> chance(0, 1);
  bool reset = false;
  bool open = true;
  while (open && !stop.stop_requested()) {
    if (link.epoch != epoch_) {
      reset = true;
      break;
    }
    std::array<pollfd, 2> ends{pollfd{link.client, POLLIN, 0}, pollfd{link.server, POLLIN, 0}};
    if (poll(ends.data(), ends.size(), kLookMs) <= 0) continue;
    Network network;
    {
      const std::lock_guard lock(mutex_);
      network = network_;
    }
    const bool silent = network.silent || link.forgotten != forgotten_;
    for (std::size_t i = 0; i < 2 && open; ++i) {
      if ((ends[i].revents & (POLLIN | POLLHUP | POLLERR)) == 0) continue;
      std::array<char, 16 << 10> bytes;  // NOLINT(cppcoreguidelines-pro-type-member-init): written
      const auto room = network.piece > 0 ? std::min(network.piece, bytes.size()) : bytes.size();
      const auto got = recv(ends[i].fd, bytes.data(), room, 0);
      if (got <= 0) {
        open = false;
        break;
      }
      if (silent) continue;
      if (chance(random) < network.reset) {
        reset = true;
        open = false;
        break;
      }
      if (chance(random) < network.flip) {
        auto& victim = bytes[random() % static_cast<std::size_t>(got)];
        victim = static_cast<char>(victim ^ (1 << random() % 8));
      }
      if (network.delay > Millis{0}) std::this_thread::sleep_for(network.delay);
      open = write_all(ends[1 - i].fd, bytes.data(), static_cast<std::size_t>(got));
    }
  }
  if (reset) {
    ++resets_;
    close_with_reset(link.client);
    close_with_reset(link.server);
  } else {
    close(link.client);
    close(link.server);
  }
  link.done = true;
}

}  // namespace karbonetes::chaos
