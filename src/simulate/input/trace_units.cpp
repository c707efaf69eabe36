#include "simulate/input/trace_units.hpp"

#include <algorithm>
#include <initializer_list>

namespace karbonetes::simulate {

namespace {

bool holds_one(std::string_view text, std::initializer_list<std::string_view> parts) {
  return std::ranges::any_of(parts,
                             [&](auto part) { return text.find(part) != std::string_view::npos; });
}

}  // namespace

std::optional<double> grams_per_kwh_of(std::string_view plain) {
  constexpr double kKilo = 1000;
  const bool mwh = holds_one(plain, {"mwh"});
  if (!mwh && !holds_one(plain, {"kwh"})) {
    // "co2 intensity gCO2eq": per kWh is what everybody means.
    if (holds_one(plain, {"gco2", "gco₂"}) && !holds_one(plain, {"kgco"})) return 1;
    return std::nullopt;
  }
  const double per_kwh = mwh ? 1 / kKilo : 1;
  if (holds_one(plain, {"kgco2", "kgco₂", "kg/"})) return kKilo * per_kwh;
  if (holds_one(plain, {"gco2", "gco₂", "g/"})) return per_kwh;
  if (mwh && holds_one(plain, {"lb", "pound"})) return kGramsPerKwhOfLbPerMwh;
  if (mwh && holds_one(plain, {"tco2", "tco₂", "t/"})) return kKilo;
  return std::nullopt;
}

}  // namespace karbonetes::simulate
