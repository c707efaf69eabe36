// Where a program listens: HOST:PORT as text, and the file that tells scripts the port that was
// chosen. Errors: InvalidArgument, saying what to write; Internal when the file cannot be written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace karbonetes::http {

struct Listen {
  std::string host;  // without brackets for IPv6
  std::uint16_t port = 0;
};

// "127.0.0.1:8081", "[::1]:0", ":8081" (all addresses).
[[nodiscard]] Result<Listen> parse_listen(std::string_view text);
[[nodiscard]] std::string format_listen(const Listen& listen);

// Decimal and a newline; written aside and renamed, so that a reader never sees half of it.
[[nodiscard]] Status write_port_file(const std::string& path, std::uint16_t port);

}  // namespace karbonetes::http
