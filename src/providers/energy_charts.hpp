// Energy-Charts of Fraunhofer ISE: no key, 15 minutes, average intensity of European countries.
// https://api.energy-charts.info
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "providers/adapter.hpp"
#include "providers/points.hpp"

namespace karbonetes::providers {

inline constexpr const char* kEnergyChartsUrl = "https://api.energy-charts.info";

struct EnergyChartsOptions {
  std::string country;  // "de"
};

// Parallel arrays unix_seconds, co2eq, co2eq_forecast (either may be missing, entries may be null):
// co2eq is observed, else the forecast counts. Errors: Parse, naming the field; arrays of different
// lengths.
[[nodiscard]] Result<Points> parse_energy_charts(std::string_view body);

[[nodiscard]] std::unique_ptr<Adapter> make_energy_charts(EnergyChartsOptions options);

}  // namespace karbonetes::providers
