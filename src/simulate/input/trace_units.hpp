// Units of carbon intensity as columns and answers spell them. Pure.
#pragma once

#include <optional>
#include <string_view>

namespace karbonetes::simulate {

inline constexpr double kGramsPerKwhOfLbPerMwh = 0.45359237;

// What one of the unit is in gCO2eq/kWh, for g, kg, t or lb of CO2 per kWh or MWh. `plain`: as
// csv::plain has it, e.g. "lbsco2permwh", "carbonintensitygco₂eq/kwh(direct)". nullopt: it names no
// such unit.
[[nodiscard]] std::optional<double> grams_per_kwh_of(std::string_view plain);

}  // namespace karbonetes::simulate
