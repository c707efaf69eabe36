// HTTP/1.1 messages as bytes, ready to be written in one go (one TLS record, one system call). Pure
// text. Headers that would change the framing (Content-Length, Transfer-Encoding, Connection) are
// ours and are not taken from the caller.
#pragma once

#include <string>
#include <string_view>

#include "http/types.hpp"

namespace karbonetes::http {

// "host", "host:6443", "[::1]:6443": the port is left out when it is the scheme's own.
[[nodiscard]] std::string host_header(const Url& origin);

// Errors: InvalidArgument for a method, target or header that would break out of its line.
// `prefix` stands before the target: "http://host:port" towards a proxy, else empty.
[[nodiscard]] Result<std::string> request_bytes(const Request& request, std::string_view host,
                                                std::string_view prefix = {});

// Asks a proxy for a tunnel to the origin (RFC 9110, 9.3.6). `authorization`: the value of
// Proxy-Authorization, may be empty.
[[nodiscard]] std::string connect_bytes(const Url& origin, std::string_view authorization);

// Overwrites `out` and keeps its capacity. `head_only` leaves the body out but tells its length, as
// HEAD wants. A header with a line break or control character in it is left out.
void response_bytes(const Response& response, bool keep_alive, bool head_only, std::string& out);

// The head of an answer whose length nobody knows yet, and the pieces of its body (RFC 9112, 7.1).
// Not `chunked`, for HTTP/1.0: the body is what comes until the connection is closed. Both append.
void stream_head_bytes(const Response& response, bool chunked, std::string& out);
void chunk_bytes(std::string_view body, bool last, std::string& out);

}  // namespace karbonetes::http
