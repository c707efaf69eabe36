// Which proxy stands between us and an origin, as the environment says: HTTPS_PROXY, HTTP_PROXY,
// NO_PROXY, lower case first. Pure: the environment is an argument. Failure: InvalidArgument,
// naming the variable, never its value, which may hold a password.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "http/types.hpp"

namespace karbonetes::http {

struct Proxy {
  std::string host;
  std::uint16_t port = 0;
  std::string authorization;  // value of Proxy-Authorization; empty: none. A secret
};

// The value of a variable; nullopt when it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
[[nodiscard]] Environment process_environment();

// "http://[user:password@]host:port" or "host:port". Only proxies spoken to without TLS.
[[nodiscard]] Result<Proxy> parse_proxy(std::string_view text);

// nullopt: straight to the origin. NO_PROXY is a list of host names ("example.com" covers its
// subdomains, ".example.com" those alone), addresses and networks ("10.0.0.0/8"), each with or
// without
// ":port", or "*". Loopback never goes through a proxy (as Go's net/http has it).
[[nodiscard]] Result<std::optional<Proxy>> proxy_for(const Url& origin,
                                                     const Environment& environment);

}  // namespace karbonetes::http
