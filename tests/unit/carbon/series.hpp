// Series for tests, in few words.
#pragma once

#include <memory>
#include <vector>

#include "carbon/forecast.hpp"

namespace karbonetes::carbon {

// One value for each step of `step` from `begin` on; observed for the first `observed` of them.
template <IntensityKind Kind = Average>
Series<Kind> series(TimePoint begin, Millis step, const std::vector<double>& values,
                    std::size_t observed = 0) {
  Series<Kind> out;
  for (const double v : values) {
    out.points.push_back({begin + step * static_cast<int>(out.points.size()), Intensity<Kind>(v)});
  }
  out.end = begin + step * static_cast<int>(values.size());
  out.observed_until = begin + step * static_cast<int>(observed);
  return out;
}

template <IntensityKind Kind = Average>
std::shared_ptr<const Forecast> forecast(TimePoint begin, Millis step,
                                         const std::vector<double>& values,
                                         std::size_t observed = 0) {
  return Forecast::prepare(series<Kind>(begin, step, values, observed));
}

}  // namespace karbonetes::carbon
