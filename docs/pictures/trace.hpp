// The synthetic traces that the pictures are drawn over: seeded, so that a picture changes with the
// code alone. Shapes as grids have them: an evening peak, a night, a deep valley of the sun.
#pragma once

#include <memory>

#include "carbon/forecast.hpp"

namespace karbonetes::pictures {

inline constexpr TimePoint kMidnight = std::chrono::sys_days(std::chrono::year(2026) / 11 / 24);

// 48 h by the half hour from kMidnight, all of it forecast. Values are scaled to lie in
// [low, high] gCO2eq/kWh, whole numbers; `noise` of that range.
[[nodiscard]] std::shared_ptr<const carbon::Forecast> two_days(double low, double high,
                                                               double noise, unsigned seed);

}  // namespace karbonetes::pictures
