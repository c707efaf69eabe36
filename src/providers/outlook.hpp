// Intensity over time as green windows imply it: a step function that is exact at every window's
// edge. Pure.
#pragma once

#include <vector>

#include "carbon/signal.hpp"
#include "providers/windows_file.hpp"

namespace karbonetes::providers {

// Points for [from, to): at `from`, at every full hour and at every edge of `green` (sorted,
// disjoint), ascending, no two at the same instant. Values in gCO2eq/kWh.
[[nodiscard]] std::vector<carbon::Point<carbon::Average>> intensity_outlook(
    const std::vector<carbon::Interval>& green, const Intensities& intensities, TimePoint from,
    TimePoint to);

}  // namespace karbonetes::providers
