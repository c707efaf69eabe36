#include "providers/config.hpp"

#include <fmt/format.h>

#include "http/types.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::providers {

namespace {

Result<SourceConfig> service_of(const ProviderConfig& config) {
  if (!config.windows_file.empty()) {
    return fail(Errc::InvalidArgument,
                "a signal URL and a windows file are both given; give the one that decides");
  }
  const auto url = http::parse_url(config.signal_url);
  if (!url) return fail(url.error().code, fmt::format("signal URL: {}", url.error().message));
  if (url->target.find('?') != std::string::npos) {
    return fail(Errc::InvalidArgument, "signal URL: has a query; write http(s)://host:port");
  }
  if (!config.ca_file.empty() && !url->tls) {
    return fail(Errc::InvalidArgument,
                "a CA file is given but the signal URL is not https; write https://host:port");
  }
  SourceConfig source;
  source.name = "karbonetes-signal";
  source.type = SourceType::KarbonetesSignal;
  source.zone = config.zone;
  source.url = config.signal_url;
  source.ca_file = config.ca_file;
  fill_times(source);
  return source;
}

Result<SourceConfig> windows_of(const ProviderConfig& config) {
  if (!config.ca_file.empty()) {
    return fail(Errc::InvalidArgument,
                "a CA file is given but no signal URL; write https://host:port");
  }
  SourceConfig source;
  source.name = "static";
  source.type = SourceType::StaticWindows;
  source.windows = default_windows();
  if (!config.windows_file.empty()) {
    auto loaded = load_windows(config.windows_file);
    if (!loaded) return fail(loaded.error());
    source.windows = std::move(*loaded);
  }
  if (!config.zone.empty()) {
    if (!source.windows.zone.empty() && source.windows.zone != config.zone) {
      return fail(Errc::InvalidArgument,
                  fmt::format("zone \"{}\" is asked for, but {} is for zone \"{}\"", config.zone,
                              config.windows_file, source.windows.zone));
    }
    source.windows.zone = config.zone;
  }
  source.zone = source.windows.zone;
  return source;
}

}  // namespace

Result<std::vector<SourceConfig>> sources_of(const ProviderConfig& config) {
  auto source = config.signal_url.empty() ? windows_of(config) : service_of(config);
  if (!source) return fail(source.error());
  return std::vector<SourceConfig>{std::move(*source)};
}

Result<std::unique_ptr<SignalHub>> hub_of(const ProviderConfig& config, const Clock& clock,
                                          metrics::Registry& metrics) {
  auto sources = sources_of(config);
  if (!sources) return fail(sources.error());
  return make_hub(std::move(*sources), clock, metrics);
}

}  // namespace karbonetes::providers
