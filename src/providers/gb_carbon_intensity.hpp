// National Energy System Operator's Carbon Intensity API for Great Britain: no key, half hours,
// average intensity. Asks for a day back and the horizon ahead (the forecast reaches 48 h).
// https://carbon-intensity.github.io/api-definitions/
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

inline constexpr const char* kGbUrl = "https://api.carbonintensity.org.uk";

struct GbOptions {
  int region = 0;        // 1..17; 0: not by region
  std::string postcode;  // outward code ("RG10"); empty: not by postcode; both empty: the nation
  Millis horizon = std::chrono::hours(24);
};

// National: {"data":[{from,to,intensity:{forecast,actual}}]}; `actual` (may be null) is observed,
// else the forecast counts. Regional: `data` is an object or an array of one with its own `data`,
// forecasts alone. Errors: Parse, naming the field.
[[nodiscard]] Result<Points> parse_gb_carbon_intensity(std::string_view body);

[[nodiscard]] std::unique_ptr<Adapter> make_gb_carbon_intensity(GbOptions options);

}  // namespace karbonetes::providers
