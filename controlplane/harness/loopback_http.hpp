// One plain HTTP request to a port of 127.0.0.1, for the health endpoints of parts and etcd's JSON
// gateway. HTTP/1.0, one connection per call: deliberately too small to be of use for anything
// else. May be called from any thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::harness {

struct Answer {
  int status = 0;
  std::string body;
};

// An empty `body` sends GET, any other POST with JSON. Errors: Unavailable (refused or cut),
// Timeout, Parse.
[[nodiscard]] Result<Answer> loopback_request(std::uint16_t port, std::string_view path,
                                              std::string_view body,
                                              std::chrono::milliseconds timeout);

}  // namespace karbonetes::harness
