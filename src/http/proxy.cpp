#include "http/proxy.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <cstring>
#include <ranges>

#include "base/base64.hpp"

namespace karbonetes::http {

namespace {

// The bytes of an address in text, IPv4 as 4 and IPv6 as 16; empty: it is a name.
std::string address_bytes(const std::string& host) {
  std::array<char, 16> bytes{};
  if (inet_pton(AF_INET, host.c_str(), bytes.data()) == 1) return {bytes.data(), 4};
  if (inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1) return {bytes.data(), 16};
  return {};
}

bool is_loopback(const std::string& host) {
  if (host == "localhost") return true;
  const std::string bytes = address_bytes(host);
  if (bytes.size() == 4) return bytes[0] == 127;
  return bytes.size() == 16 && bytes == std::string(15, '\0') + '\1';
}

bool in_network(const std::string& address, const std::string& network, int bits) {
  if (address.size() != network.size() || bits < 0 ||
      static_cast<std::size_t>(bits) > 8 * network.size()) {
    return false;
  }
  for (std::size_t i = 0; i < network.size() && bits > 0; ++i, bits -= 8) {
    const int mask = bits >= 8 ? 0xff : (0xff << (8 - bits)) & 0xff;
    if ((static_cast<unsigned char>(address[i]) & mask) !=
        (static_cast<unsigned char>(network[i]) & mask)) {
      return false;
    }
  }
  return true;
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

// One element of NO_PROXY against the origin.
bool matches(std::string element, const std::string& host, std::uint16_t port) {
  if (element == "*") return true;
  const std::string address = address_bytes(host);
  if (const auto slash = element.find('/'); slash != std::string::npos) {
    const auto bits = number(std::string_view(element).substr(slash + 1));
    const std::string network = address_bytes(element.substr(0, slash));
    return bits && !network.empty() && in_network(address, network, *bits);
  }
  // A port, unless the colons are those of an IPv6 address.
  if (element.starts_with('[')) {
    const auto close = element.find(']');
    if (close == std::string::npos) return false;
    const std::string_view rest = std::string_view(element).substr(close + 1);
    if (rest.starts_with(':') && number(rest.substr(1)) != port) return false;
    element = element.substr(1, close - 1);
  } else if (std::ranges::count(element, ':') == 1) {
    const auto colon = element.find(':');
    if (number(std::string_view(element).substr(colon + 1)) != port) return false;
    element.resize(colon);
  }
  if (element.empty()) return false;
  if (const std::string wanted = address_bytes(element); !wanted.empty()) return wanted == address;
  if (!address.empty()) return false;  // names do not match addresses by their tails
  if (element.starts_with("*.")) element.erase(0, 1);
  if (element.starts_with('.')) return host.ends_with(element);
  return host == element || host.ends_with('.' + element);
}

bool exempt(const std::string& list, const std::string& host, std::uint16_t port) {
  for (const auto part : std::views::split(lowered(list), ',')) {
    std::string element;
    for (const char c : part) {
      if (c != ' ' && c != '\t') element += c;
    }
    if (matches(std::move(element), host, port)) return true;
  }
  return false;
}

std::optional<int> hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return std::nullopt;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += text[i];
      continue;
    }
    if (i + 2 >= text.size()) return std::nullopt;
    const auto high = hex_digit(text[i + 1]), low = hex_digit(text[i + 2]);
    if (!high || !low) return std::nullopt;
    out += static_cast<char>(*high * 16 + *low);
    i += 2;
  }
  return out;
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* value = std::getenv(name);
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  };
}

Result<Proxy> parse_proxy(std::string_view text) {
  Proxy proxy;
  std::string rest(text);
  if (rest.find("://") == std::string::npos) rest.insert(0, "http://");
  const auto scheme = rest.find("://") + 3;
  const auto at = rest.rfind('@');
  if (at != std::string::npos) {
    const auto credentials = percent_decode(std::string_view(rest).substr(scheme, at - scheme));
    if (!credentials) {
      return fail(Errc::InvalidArgument, "the proxy's user name is not percent-encoded rightly");
    }
    proxy.authorization = "Basic " + base64_encode(*credentials);
    rest.erase(scheme, at + 1 - scheme);
  }
  const auto url = parse_url(rest);
  if (!url || url->tls) {
    return fail(Errc::InvalidArgument, "not a proxy's URL; write http://host:port");
  }
  proxy.host = url->host;
  proxy.port = url->port;
  return proxy;
}

Result<std::optional<Proxy>> proxy_for(const Url& origin, const Environment& environment) {
  const std::string host = lowered(origin.host);
  if (is_loopback(host)) return std::nullopt;
  const auto first_of = [&](std::initializer_list<const char*> names)
      -> std::optional<std::pair<const char*, std::string>> {
    for (const char* name : names) {
      if (auto value = environment(name); value && !value->empty()) {
        return std::pair{name, std::move(*value)};
      }
    }
    return std::nullopt;
  };
  const auto found = origin.tls ? first_of({"https_proxy", "HTTPS_PROXY"})
                                : first_of({"http_proxy", "HTTP_PROXY"});
  if (!found) return std::nullopt;
  if (const auto none = first_of({"no_proxy", "NO_PROXY"});
      none && exempt(none->second, host, origin.port)) {
    return std::nullopt;
  }
  auto proxy = parse_proxy(found->second);
  if (!proxy) {
    return fail(proxy.error().code,
                std::string(found->first) + ": " + std::move(proxy.error().message));
  }
  return std::optional<Proxy>(std::move(*proxy));
}

}  // namespace karbonetes::http
