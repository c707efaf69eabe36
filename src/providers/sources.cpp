#include "providers/sources.hpp"

#include <fmt/format.h>

#include "providers/carbon_aware_sdk.hpp"
#include "providers/electricity_maps.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "providers/poller.hpp"
#include "providers/prometheus.hpp"
#include "providers/replay.hpp"
#include "providers/signal_adapter.hpp"
#include "providers/signal_service.hpp"
#include "providers/source_fields.hpp"
#include "providers/static_windows.hpp"
#include "providers/watttime.hpp"

namespace karbonetes::providers {

namespace {

std::string url_of(const SourceConfig& source) {
  const char* official = facts_of(source.type).url;
  return source.url.empty() && official != nullptr ? official : source.url;
}

Result<std::unique_ptr<Provider>> make_service(const SourceConfig& source, const Clock& clock,
                                               metrics::Registry& metrics) {
  SignalServiceOptions options;
  const auto url = http::parse_url(source.url);
  if (!url) return fail(url.error());
  options.url = *url;
  options.zone = source.zone;
  options.name = source.name;
  options.kind = source.kind;
  options.stale_after = source.stale_after;
  options.unknown_after = source.unknown_after;
  if (!source.ca_file.empty()) {
    auto pem = read_ca(source.ca_file);
    if (!pem) return fail(pem.error());
    options.tls.ca_pem = std::move(*pem);
  }
  auto proxy = http::proxy_for(*url, http::process_environment());
  if (!proxy) return fail(proxy.error());
  options.proxy = std::move(*proxy);
  return make_signal_service(std::move(options), clock, metrics);
}

Result<std::unique_ptr<Provider>> make_polled(const SourceConfig& source, const Clock& clock,
                                              metrics::Registry& metrics) {
  auto transport = make_transport(source);
  if (!transport) return fail(transport.error());
  PollerOptions options;
  options.name = source.name;
  options.zone = source.zone;
  options.times.refresh = source.refresh;
  options.stale_after = source.stale_after;
  options.unknown_after = source.unknown_after;
  return make_poller(std::move(options), make_adapter(source, clock.now()), std::move(*transport),
                     clock, metrics);
}

}  // namespace

std::unique_ptr<Adapter> make_adapter(const SourceConfig& source, TimePoint start) {
  const auto kind = source.kind.value_or(carbon::KindTag::Average);
  switch (source.type) {
    case SourceType::GbCarbonIntensity:
      return make_gb_carbon_intensity({source.region, source.postcode, source.horizon});
    case SourceType::Replay:
      return make_replay(
          {source.file, kind, source.shift, source.loop, source.speed, start, source.horizon});
    case SourceType::Prometheus:
      return make_prometheus(
          {source.query, source.forecast_query, kind, source.token_file, source.horizon});
    case SourceType::ElectricityMaps:
      return make_electricity_maps({source.location, source.token_file, source.horizon});
    case SourceType::WattTime:
      return make_watttime(
          {source.location, source.username_file, source.password_file, source.horizon});
    case SourceType::EnergyCharts:
      return make_energy_charts({source.location});
    case SourceType::CarbonAwareSdk:
      return make_carbon_aware_sdk({source.location, kind, source.token_file});
    case SourceType::KarbonetesSignal:
      return make_signal_adapter(source.zone, source.kind);
    case SourceType::StaticWindows:
      break;
  }
  return nullptr;
}

Result<std::unique_ptr<Transport>> make_transport(const SourceConfig& source) {
  TransportOptions options;
  options.url = url_of(source);
  options.ca_file = source.ca_file;
  if (options.url.empty()) return std::unique_ptr<Transport>();
  return Transport::make(options);
}

Result<std::unique_ptr<Provider>> make_source(const SourceConfig& source, const Clock& clock,
                                              metrics::Registry& metrics) {
  if (source.type == SourceType::StaticWindows) {
    return make_static_windows(source.windows, clock, source.name);
  }
  auto made = source.type == SourceType::KarbonetesSignal ? make_service(source, clock, metrics)
                                                          : make_polled(source, clock, metrics);
  if (!made) {
    made.error().message = fmt::format("source \"{}\": {}", source.name, made.error().message);
  }
  return made;
}

}  // namespace karbonetes::providers
