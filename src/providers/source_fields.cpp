#include "providers/source_fields.hpp"

#include <algorithm>

#include "providers/electricity_maps.hpp"
#include "providers/energy_charts.hpp"
#include "providers/gb_carbon_intensity.hpp"
#include "providers/watttime.hpp"

namespace karbonetes::providers {

namespace {

using carbon::KindTag;

constexpr Millis kPublicRefresh = std::chrono::minutes(5);
constexpr Millis kPublicLeast = std::chrono::seconds(60);
constexpr Millis kOwnRefresh = std::chrono::minutes(1);
constexpr Millis kOwnLeast = std::chrono::seconds(1);

TypeFacts public_api(SourceType type, const char* name, KindTag kind, const char* url) {
  TypeFacts facts{};
  facts.type = type;
  facts.name = name;
  facts.kind = kind;
  facts.url = url;
  facts.refresh = kPublicRefresh;
  facts.least_refresh = kPublicLeast;
  facts.fields = {"url", "caFile", "refresh", "staleAfter", "unknownAfter"};
  return facts;
}

TypeFacts own(SourceType type, const char* name) {
  TypeFacts facts{};
  facts.type = type;
  facts.name = name;
  facts.refresh = kOwnRefresh;
  facts.least_refresh = kOwnLeast;
  facts.fields = {"kind", "refresh", "staleAfter", "unknownAfter"};
  return facts;
}

void also(TypeFacts& facts, std::initializer_list<std::string_view> fields) {
  facts.fields.insert(facts.fields.end(), fields);
}

std::vector<TypeFacts> make_types() {
  auto gb =
      public_api(SourceType::GbCarbonIntensity, "gb-carbon-intensity", KindTag::Average, kGbUrl);
  also(gb, {"region", "postcode", "horizon"});

  auto windows = own(SourceType::StaticWindows, "static-windows");
  windows.has_kind = false;
  windows.fields = {"file", "timeZone", "windows", "intensity"};

  auto service = own(SourceType::KarbonetesSignal, "karbonetes-signal");
  service.url_must_be_said = true;
  service.fields = {"url", "caFile", "kind", "staleAfter", "unknownAfter"};

  auto replay = own(SourceType::Replay, "replay");
  also(replay, {"file", "shift", "speed", "loop", "horizon"});

  auto prometheus = own(SourceType::Prometheus, "prometheus");
  prometheus.kind_must_be_said = true;
  prometheus.url_must_be_said = true;
  also(prometheus, {"url", "caFile", "tokenFile", "query", "forecastQuery", "horizon"});

  auto maps = public_api(SourceType::ElectricityMaps, "electricity-maps", KindTag::Average,
                         kElectricityMapsUrl);
  maps.location_field = "location";
  also(maps, {"location", "tokenFile", "horizon"});

  auto watttime = public_api(SourceType::WattTime, "watttime", KindTag::Marginal, kWattTimeUrl);
  watttime.location_field = "region";
  also(watttime, {"region", "usernameFile", "passwordFile", "horizon"});

  auto charts =
      public_api(SourceType::EnergyCharts, "energy-charts", KindTag::Average, kEnergyChartsUrl);
  charts.location_field = "country";
  also(charts, {"country"});

  auto sdk = own(SourceType::CarbonAwareSdk, "carbon-aware-sdk");
  sdk.kind_must_be_said = true;
  sdk.url_must_be_said = true;
  sdk.location_field = "location";
  also(sdk, {"url", "caFile", "tokenFile", "location"});

  return {gb, windows, service, replay, prometheus, maps, watttime, charts, sdk};
}

}  // namespace

const std::vector<TypeFacts>& all_types() {
  static const std::vector<TypeFacts> types = make_types();
  return types;
}

const TypeFacts& facts_of(SourceType type) {
  return *std::ranges::find(all_types(), type, &TypeFacts::type);
}

const char* name(SourceType type) { return facts_of(type).name; }

}  // namespace karbonetes::providers
