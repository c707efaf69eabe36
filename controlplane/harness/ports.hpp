// Free TCP ports on 127.0.0.1, asked of the kernel by binding them. They lie below the range from
// which the kernel takes the ports of outgoing connections: a program that is down for a moment (a
// restart keeps its port) must not find its port taken by a client, which on loopback may even be a
// client connected to itself. Between here and the use of a port another program may still take it;
// the part that finds it taken says so in its log.
#pragma once

#include <cstdint>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::harness {

// `count` distinct ports. Errors: Unavailable.
[[nodiscard]] Result<std::vector<std::uint16_t>> free_ports(std::size_t count);

}  // namespace karbonetes::harness
