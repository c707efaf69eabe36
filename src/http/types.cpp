#include "http/types.hpp"

#include <algorithm>
#include <charconv>
#include <ctime>

namespace karbonetes::http {

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool equal_without_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, lower, lower);
}

bool unreserved(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// Shown in errors: short, and never with what stands before an '@', which may be a password.
std::string shown(std::string_view text) {
  if (text.find('@') != std::string_view::npos) return "(with credentials)";
  std::string out(text.substr(0, 100));
  std::ranges::replace_if(
      out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
  return '"' + out + '"';
}

tl::unexpected<Error> bad_url(std::string_view text, const char* why) {
  return fail(Errc::InvalidArgument,
              "URL " + shown(text) + ": " + why +
                  "; write for example https://127.0.0.1:6443 or http://signal.example:8080/path");
}

bool has_forbidden_byte(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool host_ok(std::string_view host, bool bracketed) {
  if (host.empty() || host.size() > 253) return false;
  return std::ranges::all_of(
      host, [&](char c) { return unreserved(c) || (bracketed && (c == ':' || c == '%')); });
}

constexpr std::int64_t kMaxRetryAfterSeconds = 3600;

}  // namespace

std::optional<std::int64_t> parse_http_date(std::string_view text) {
  std::tm tm{};
  const std::string copy(text);
  // The C locale is never changed here.
  const char* end = strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &tm);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return static_cast<std::int64_t>(timegm(&tm));
}

std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name) {
  for (const Header& header : headers) {
    if (equal_without_case(header.name, name)) return header.value;
  }
  return std::nullopt;
}

Result<Url> parse_url(std::string_view text) {
  if (text.size() > 8192) return bad_url(text, "longer than 8192 characters");
  if (has_forbidden_byte(text)) return bad_url(text, "has a space or control character in it");
  Url url;
  std::string_view rest = text;
  const std::size_t scheme_end = rest.find("://");
  if (scheme_end == std::string_view::npos)
    return bad_url(text, "has no http:// or https:// in front");
  const std::string_view scheme = rest.substr(0, scheme_end);
  if (equal_without_case(scheme, "https")) {
    url.tls = true;
  } else if (!equal_without_case(scheme, "http")) {
    return bad_url(text, "has another scheme than http or https");
  }
  rest.remove_prefix(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));

  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, authority_end);
  const std::string_view target = rest.substr(authority_end);
  if (authority.find('@') != std::string_view::npos) {
    return bad_url(text, "a user name or password does not belong in a URL");
  }
  const bool bracketed = authority.starts_with('[');
  if (bracketed) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return bad_url(text, "lacks the ] of its IPv6 address");
    url.host = authority.substr(1, close - 1);
    authority.remove_prefix(close + 1);
  } else {
    const std::size_t colon = std::min(authority.find(':'), authority.size());
    url.host = authority.substr(0, colon);
    authority.remove_prefix(colon);
  }
  if (!host_ok(url.host, bracketed)) return bad_url(text, "has no readable host");

  url.port = url.tls ? 443 : 80;
  if (!authority.empty()) {
    const auto port = authority.front() == ':' ? parse_port(authority.substr(1)) : std::nullopt;
    if (!port) return bad_url(text, "its port is not a number from 1 to 65535");
    url.port = *port;
  }
  if (!target.empty()) url.target = target.front() == '/' ? target : "/" + std::string(target);
  return url;
}

std::string percent_encode(std::string_view text) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (unreserved(c)) {
      out += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out += '%';
      out += kHex[byte >> 4];
      out += kHex[byte & 15];
    }
  }
  return out;
}

std::optional<std::chrono::milliseconds> retry_after(const Response& response,
                                                     std::int64_t now_epoch_seconds) {
  const auto header = find_header(response.headers, "Retry-After");
  if (!header || header->empty()) return std::nullopt;
  std::int64_t seconds = 0;
  if (std::ranges::all_of(*header, [](char c) { return c >= '0' && c <= '9'; })) {
    const auto [end, error] =
        std::from_chars(header->data(), header->data() + header->size(), seconds);
    if (error != std::errc()) seconds = kMaxRetryAfterSeconds;  // more digits than an int64 holds
  } else {
    const auto date = parse_http_date(*header);
    if (!date) return std::nullopt;
    seconds = *date - now_epoch_seconds;
  }
  return std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, kMaxRetryAfterSeconds));
}

}  // namespace karbonetes::http
