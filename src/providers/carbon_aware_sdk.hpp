// The Web API of the Green Software Foundation's Carbon Aware SDK, self-hosted: observed emissions
// of the past day and the current forecast. Whether its numbers are average or marginal depends on
// the data source behind it, so the configuration names the kind. A server without a forecast
// source is no error.
// https://carbon-aware-sdk.greensoftware.foundation/docs/tutorial-basics/carbon-aware-webapi
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

struct CarbonAwareSdkOptions {
  std::string location;  // "westeurope": a name of the SDK's
  carbon::KindTag kind = carbon::KindTag::Average;
  std::string token_file;  // sent as Bearer, for a proxy in front of it; empty: none
};

// [{"location","time","rating"}]: observed, g/kWh. `location` is not compared: the SDK may answer
// with the grid's own name for a cloud region. Errors: Parse.
[[nodiscard]] Result<Points> parse_carbon_aware_emissions(std::string_view body);
// [{"forecastData":[{"timestamp","duration","value"}], ...}]; where the SDK's best point stands
// (optimalDataPoint or optimalDataPoints) does not matter. Errors: Parse.
[[nodiscard]] Result<Points> parse_carbon_aware_forecast(std::string_view body);

[[nodiscard]] std::unique_ptr<Adapter> make_carbon_aware_sdk(CarbonAwareSdkOptions options);

}  // namespace karbonetes::providers
