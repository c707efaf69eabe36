#include "http/listen.hpp"

#include <charconv>
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "base/text.hpp"

namespace karbonetes::http {

Result<Listen> parse_listen(std::string_view text) {
  const auto wrong = [&] {
    return fail(Errc::InvalidArgument,
                in_quotes(text) + " is no address; write HOST:PORT, e.g. 127.0.0.1:8081");
  };
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() >= 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return wrong();
  }
  Listen listen;
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), listen.port);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size())
    return wrong();
  listen.host = host.empty() ? "0.0.0.0" : std::string(host);
  return listen;
}

std::string format_listen(const Listen& listen) {
  const bool v6 = listen.host.find(':') != std::string::npos;
  return (v6 ? "[" + listen.host + "]" : listen.host) + ":" + std::to_string(listen.port);
}

Status write_port_file(const std::string& path, std::uint16_t port) {
  const std::string aside = path + ".tmp";
  {
    std::ofstream out(aside, std::ios::trunc);
    out << port << '\n';
    out.close();
    if (!out) return fail(Errc::Internal, path + ": cannot be written");
  }
  std::error_code error;
  std::filesystem::rename(aside, path, error);
  if (error) {
    std::filesystem::remove(aside, error);
    return fail(Errc::Internal, path + ": cannot be written");
  }
  return {};
}

}  // namespace karbonetes::http
