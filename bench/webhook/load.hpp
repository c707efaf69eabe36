// Load on a TLS server: so many connections, each sending the same request again and again as soon
// as the answer is there (a closed loop, so that the latencies are what the server makes of that
// many clients). Deliberately thin, on OpenSSL alone: what the client costs, the server cannot
// have.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::bench {

struct Load {
  std::uint16_t port = 0;  // of 127.0.0.1
  std::string path, body;
  int connections = 1;
  bool reconnect = false;  // a new connection, with a full handshake, for each request
  std::chrono::milliseconds time{3000};
};

struct Latencies {
  std::vector<double> us;  // of each request, sorted; with the handshake when reconnecting
  double seconds = 0;
  [[nodiscard]] double at(double part) const;  // 0.99: p99
};

// Errors: Unavailable, or Invalid for an answer that is not 200 or lacks what `expect` names.
[[nodiscard]] Result<Latencies> run_load(const Load& load, const std::string& expect);
// One answer's body.
[[nodiscard]] Result<std::string> ask_once(const Load& load);

}  // namespace karbonetes::bench
