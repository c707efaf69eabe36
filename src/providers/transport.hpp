// The way to one HTTP source: its base URL, TLS with the given CA or the system's store, the proxy
// of the environment. Redirects are not followed; an answer is at most 4 MiB; a request takes at
// most 30 s. Thread-safe. Failure: as http::Client; make: InvalidArgument, NotFound, naming file or
// variable.
#pragma once

#include <memory>
#include <stop_token>
#include <string>

#include "http/client.hpp"

namespace karbonetes::providers {

struct TransportOptions {
  std::string url;      // base, a path in it is kept
  std::string ca_file;  // empty: the system's store
  Millis timeout = std::chrono::seconds(30);
  http::Environment environment = http::process_environment();
};

class Transport {
 public:
  [[nodiscard]] static Result<std::unique_ptr<Transport>> make(const TransportOptions& options);

  // `request.target` is relative to the base URL.
  [[nodiscard]] Result<http::Response> exchange(const http::Request& request,
                                                const std::stop_token& stop);

 private:
  Transport() = default;
  std::unique_ptr<http::Client> client_;
  std::string base_;  // the base URL's path without a slash at its end
  Millis timeout_{0};
};

// A PEM file that verifies a server. Errors: NotFound, InvalidArgument: it holds no certificate,
// which would silently mean the system's store.
[[nodiscard]] Result<std::string> read_ca(const std::string& path);

}  // namespace karbonetes::providers
