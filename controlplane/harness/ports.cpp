#include "harness/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <random>

namespace karbonetes::harness {
namespace {

constexpr int kLowest = 20000;
constexpr int kMaxTries = 2000;

int lowest_ephemeral() {
  std::ifstream in("/proc/sys/net/ipv4/ip_local_port_range");
  int low = 0;
  return in >> low && low > kLowest + 1000 ? low : 32768;
}

bool can_bind(std::uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return false;
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  // Some parts can only listen on all addresses, so the port must be free on all.
  address.sin_addr.s_addr = htonl(INADDR_ANY);
  const bool ok = bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  close(fd);
  return ok;
}

}  // namespace

Result<std::vector<std::uint16_t>> free_ports(std::size_t count) {
  std::mt19937 random(std::random_device{}());
  std::uniform_int_distribution<int> pick(kLowest, lowest_ephemeral() - 1);
  std::vector<std::uint16_t> ports;
  for (int tries = 0; tries < kMaxTries && ports.size() < count; ++tries) {
    const auto port = static_cast<std::uint16_t>(pick(random));
    if (std::ranges::find(ports, port) != ports.end()) continue;
    if (can_bind(port)) ports.push_back(port);
  }
  if (ports.size() < count) return fail(Errc::Unavailable, "no free TCP ports on 127.0.0.1");
  return ports;
}

}  // namespace karbonetes::harness
