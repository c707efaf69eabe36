// Host name -> addresses, within a deadline. getaddrinfo() cannot be interrupted, so names are
// looked up on a thread of their own that is left behind when it takes too long (the resolver's own
// time-outs end it). Addresses in text never leave the caller's thread. Thread-safe. Failure:
// Timeout, Cancelled, Unavailable.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <stop_token>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::http {

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

// At least one address on success, in the resolver's order of preference (RFC 6724).
[[nodiscard]] Result<std::vector<Address>> resolve(const std::string& host, std::uint16_t port,
                                                   std::chrono::steady_clock::time_point deadline,
                                                   const std::stop_token& stop);

}  // namespace karbonetes::http
