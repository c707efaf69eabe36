#include "dashboard/gatekeeper.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "base/text.hpp"
#include "dashboard/query.hpp"
#include "dashboard/secret.hpp"

namespace karbonetes::dashboard {

namespace {

bool same_text(std::string_view a, std::string_view lower) {
  return std::ranges::equal(a, lower, {}, [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
}

// Browsers say where a request comes from; what is not a browser says nothing, and needs the secret
// all the same.
bool comes_from_elsewhere(const http::Request& request) {
  const auto site = http::find_header(request.headers, "Sec-Fetch-Site");
  if (!site || *site == "same-origin" || *site == "none") return false;
  // The page itself may be opened from anywhere, as from a terminal that is a web page.
  const auto mode = http::find_header(request.headers, "Sec-Fetch-Mode");
  const auto destination = http::find_header(request.headers, "Sec-Fetch-Dest");
  return path_of(request.target) != "/" || mode != "navigate" || destination != "document";
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Verdict Gatekeeper::check(const http::Request& request) {
  const auto hosts = std::ranges::count_if(
      request.headers, [](const auto& header) { return same_text(header.name, "host"); });
  if (hosts != 1 || !is_our_host(*http::find_header(request.headers, "Host")))
    return Verdict::WrongHost;
  if (request.method != "GET" && request.method != "HEAD") return Verdict::WrongMethod;
  if (comes_from_elsewhere(request)) return Verdict::CrossSite;
  if (knows_cookie(request)) return Verdict::Allowed;
  if (const auto token = query_value(request.target, "token");
      token && (same_secret(token_, *token) || take_ticket(*token))) {
    return Verdict::Admitted;
  }
  return Verdict::NoSecret;
}

std::string Gatekeeper::cookie() const {
  // Lax and not Strict: the page is opened from outside the browser, and reloaded.
  return cookie_name() + "=" + token_ + "; Path=/; HttpOnly; SameSite=Lax";
}

bool Gatekeeper::is_our_host(std::string_view host) const {
  const std::string port = ":" + std::to_string(port_);
  if (host.ends_with(port)) {
    host.remove_suffix(port.size());
  } else if (port_ != 80) {  // the scheme's own is left out
    return false;
  }
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  return loopback_address(host).has_value();
}

bool Gatekeeper::knows_cookie(const http::Request& request) const {
  const std::string wanted = cookie_name();
  for (const auto& header : request.headers) {
    if (!same_text(header.name, "cookie")) continue;
    std::string_view rest = header.value;
    while (!rest.empty()) {
      const std::string_view pair = rest.substr(0, rest.find(';'));
      rest.remove_prefix(std::min(rest.size(), pair.size() + 1));
      const auto equals = pair.find('=');
      if (equals == std::string_view::npos || trimmed(pair.substr(0, equals)) != wanted) continue;
      if (same_secret(token_, trimmed(pair.substr(equals + 1)))) return true;
    }
  }
  return false;
}

// Cookies know no ports: two dashboards on one machine must not overwrite each other's.
std::string Gatekeeper::cookie_name() const { return "karbonetes-" + std::to_string(port_); }

bool Gatekeeper::take_ticket(std::string_view guess) {
  const std::lock_guard lock(mutex_);
  if (!same_secret(ticket_, guess)) return false;
  ticket_.clear();
  return true;
}

Result<std::string> loopback_address(std::string_view host) {
  if (same_text(host, "localhost")) return std::string("127.0.0.1");
  std::string text(host);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1 && (ntohl(four.s_addr) >> 24) == 127)
    return text;
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1 && IN6_IS_ADDR_LOOPBACK(&six)) return text;
  return fail(
      Errc::InvalidArgument,
      in_quotes(host) +
          " is not a loopback address: the dashboard shows what you may see in the cluster, "
          "so it listens on this machine alone; write 127.0.0.1:PORT or [::1]:PORT");
}

}  // namespace karbonetes::dashboard
