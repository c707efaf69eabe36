#include "http/wire.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace karbonetes::http {

namespace {

bool token_char(char c) {  // RFC 9110, 5.6.2
  return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, token_char);
}

bool is_control(char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; }

bool is_header(const Header& header) {
  return is_token(header.name) && std::ranges::none_of(header.value, is_control);
}

bool same(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

bool is_framing(std::string_view name) {
  return same(name, "content-length") || same(name, "transfer-encoding") ||
         same(name, "connection");
}

void append_number(std::string& out, std::size_t number) {
  std::array<char, 20> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

void append_length(std::string& out, std::size_t length) {
  out += "Content-Length: ";
  append_number(out, length);
  out += "\r\n";
}

void append_header(std::string& out, const Header& header) {
  out += header.name;
  out += ": ";
  out += header.value;
  out += "\r\n";
}

std::string_view reason(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 304:
      return "Not Modified";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 413:
      return "Content Too Large";
    case 415:
      return "Unsupported Media Type";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 503:
      return "Service Unavailable";
    case 504:
      return "Gateway Timeout";
    default:
      return "Status";
  }
}

// The status line and the caller's own headers.
void append_head(std::string& out, const Response& response) {
  out += "HTTP/1.1 ";
  append_number(out, static_cast<std::size_t>(std::clamp(response.status, 100, 999)));
  out += ' ';
  out += reason(response.status);
  out += "\r\n";
  for (const Header& header : response.headers) {
    if (is_header(header) && !is_framing(header.name)) append_header(out, header);
  }
}

bool has_no_body(int status) { return status < 200 || status == 204 || status == 304; }

}  // namespace

std::string host_header(const Url& origin) {
  const bool ipv6 = origin.host.find(':') != std::string::npos;
  std::string host = ipv6 ? '[' + origin.host + ']' : origin.host;
  if (origin.port != (origin.tls ? 443 : 80)) host += ':' + std::to_string(origin.port);
  return host;
}

std::string connect_bytes(const Url& origin, std::string_view authorization) {
  const bool ipv6 = origin.host.find(':') != std::string::npos;
  // The port is always said here, also where it is the scheme's own.
  const std::string authority =
      (ipv6 ? '[' + origin.host + ']' : origin.host) + ':' + std::to_string(origin.port);
  std::string out = "CONNECT " + authority + " HTTP/1.1\r\nHost: " + authority + "\r\n";
  if (!authorization.empty()) {
    out += "Proxy-Authorization: ";
    out += authorization;
    out += "\r\n";
  }
  return out + "\r\n";
}

Result<std::string> request_bytes(const Request& request, std::string_view host,
                                  std::string_view prefix) {
  if (!is_token(request.method)) {
    return fail(Errc::InvalidArgument, "HTTP method is not a word such as GET");
  }
  const auto breaks_out = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; };
  if (!request.target.starts_with('/') || std::ranges::any_of(request.target, breaks_out)) {
    return fail(
        Errc::InvalidArgument,
        "request target must start with / and have spaces and control characters percent-encoded");
  }
  std::string out;
  out.reserve(512 + request.target.size() + request.body.size());
  out += request.method;
  out += ' ';
  out += prefix;
  out += request.target;
  out += " HTTP/1.1\r\nHost: ";
  out += host;
  out += "\r\n";
  for (const Header& header : request.headers) {
    if (!is_header(header)) {  // the value may be a secret: name only, and only if it is one
      return fail(
          Errc::InvalidArgument,
          "header " +
              (is_token(header.name) ? header.name : std::string("with an unreadable name")) +
              " has a line break or control character in it");
    }
    if (!is_framing(header.name) && !same(header.name, "host")) append_header(out, header);
  }
  const bool carries_body =
      request.method == "POST" || request.method == "PUT" || request.method == "PATCH";
  if (carries_body || !request.body.empty()) append_length(out, request.body.size());
  out += "\r\n";
  out += request.body;
  return out;
}

void response_bytes(const Response& response, bool keep_alive, bool head_only, std::string& out) {
  out.clear();
  append_head(out, response);
  const bool no_body = has_no_body(response.status);
  if (!no_body) append_length(out, response.body.size());
  if (!keep_alive) out += "Connection: close\r\n";
  out += "\r\n";
  if (!no_body && !head_only) out += response.body;
}

void stream_head_bytes(const Response& response, bool chunked, std::string& out) {
  append_head(out, response);
  if (chunked) out += "Transfer-Encoding: chunked\r\n";
  out += "Connection: close\r\n\r\n";
}

void chunk_bytes(std::string_view body, bool last, std::string& out) {
  if (!body.empty()) {
    std::array<char, 16> digits{};
    const auto end =
        std::to_chars(digits.data(), digits.data() + digits.size(), body.size(), 16).ptr;
    out.append(digits.data(), end);
    out += "\r\n";
    out += body;
    out += "\r\n";
  }
  if (last) out += "0\r\n\r\n";
}

}  // namespace karbonetes::http
