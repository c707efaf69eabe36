#include "providers/config.hpp"

#include <fmt/format.h>

#include "base/text_file.hpp"
#include "providers/signal_service.hpp"
#include "providers/static_windows.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::providers {

namespace {

constexpr std::size_t kMaxCaBytes = 4u << 20;

Result<std::unique_ptr<Provider>> from_service(const ProviderConfig& config, const Clock& clock,
                                               metrics::Registry& metrics) {
  if (!config.windows_file.empty()) {
    return fail(Errc::InvalidArgument,
                "a signal URL and a windows file are both given; give the one that decides");
  }
  SignalServiceOptions options;
  const auto url = http::parse_url(config.signal_url);
  if (!url) return fail(url.error().code, fmt::format("signal URL: {}", url.error().message));
  options.url = *url;
  options.zone = config.zone;
  if (!config.ca_file.empty()) {
    if (!url->tls) {
      return fail(Errc::InvalidArgument,
                  "a CA file is given but the signal URL is not https; write https://host:port");
    }
    auto pem = read_text_file(config.ca_file, kMaxCaBytes);
    if (!pem) return fail(pem.error());
    // An empty CA would silently mean the system's store.
    if (pem->find("-----BEGIN CERTIFICATE-----") == std::string::npos) {
      return fail(Errc::InvalidArgument,
                  fmt::format("{}: holds no PEM certificate", config.ca_file));
    }
    options.tls.ca_pem = std::move(*pem);
  }
  return make_signal_service(std::move(options), clock, metrics);
}

}  // namespace

Result<std::unique_ptr<Provider>> make_provider(const ProviderConfig& config, const Clock& clock,
                                                metrics::Registry& metrics) {
  if (!config.signal_url.empty()) return from_service(config, clock, metrics);
  if (!config.ca_file.empty()) {
    return fail(Errc::InvalidArgument,
                "a CA file is given but no signal URL; write https://host:port");
  }
  WindowsFile windows = default_windows();
  if (!config.windows_file.empty()) {
    auto loaded = load_windows(config.windows_file);
    if (!loaded) return fail(loaded.error());
    windows = std::move(*loaded);
  }
  if (!config.zone.empty()) {
    if (!windows.zone.empty() && windows.zone != config.zone) {
      return fail(Errc::InvalidArgument,
                  fmt::format("zone \"{}\" is asked for, but {} is for zone \"{}\"", config.zone,
                              config.windows_file, windows.zone));
    }
    windows.zone = config.zone;
  }
  return make_static_windows(std::move(windows), clock);
}

}  // namespace karbonetes::providers
