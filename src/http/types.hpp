// HTTP as values: what client and server exchange. Header names compare without case.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace karbonetes::http {

class BodyStream;  // http/body_stream.hpp

struct Header {
  std::string name;
  std::string value;
};

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query
  std::vector<Header> headers;
  std::string body;  // Content-Length is set from it
};

struct Response {
  int status = 200;
  std::vector<Header> headers;
  std::string body;
  // A server alone: tells the whole body's length, sends so many bytes of it and closes the
  // connection. How a peer that dies looks; for those who test clients.
  std::optional<std::size_t> cut_after = std::nullopt;
  // A server alone: the body is what is written to it from now on, and `body` is not looked at. The
  // connection is closed after it.
  std::shared_ptr<BodyStream> stream = nullptr;
};

[[nodiscard]] std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                                          std::string_view name);

struct Url {
  bool tls = false;
  std::string host;  // without brackets for IPv6
  std::uint16_t port = 0;
  std::string target = "/";  // path and query
};

// "https://127.0.0.1:6443/path?x=1"; only http and https; credentials in the URL are refused.
// Errors: InvalidArgument.
[[nodiscard]] Result<Url> parse_url(std::string_view text);
// Percent-encodes everything but unreserved characters: for query values and path segments.
[[nodiscard]] std::string percent_encode(std::string_view text);

// "Sun, 06 Nov 1994 08:49:37 GMT" (RFC 9110, 5.6.7, the form that senders must use) -> Unix time in
// seconds.
[[nodiscard]] std::optional<std::int64_t> parse_http_date(std::string_view text);

// Retry-After in seconds or as an HTTP date -> ms from `now_epoch_seconds`; nullopt when absent or
// unreadable; capped at 1 h.
[[nodiscard]] std::optional<std::chrono::milliseconds> retry_after(const Response& response,
                                                                   std::int64_t now_epoch_seconds);

}  // namespace karbonetes::http
