// Synthetic carbon intensity for benchmarks: a sun, an evening peak, and noise from a fixed seed,
// so that every run measures the same work.
#pragma once

#include <chrono>
#include <cmath>
#include <memory>
#include <numbers>
#include <random>

#include "carbon/forecast.hpp"

namespace karbonetes::bench {

inline constexpr TimePoint kBegin = TimePoint(std::chrono::seconds(1'795'000'000));

// gCO2eq/kWh at each step.
inline std::vector<double> values(std::size_t steps, Millis step) {
  std::mt19937 random(20261124);
  std::vector<double> out;
  for (std::size_t i = 0; i < steps; ++i) {
    const double day = static_cast<double>(i) * static_cast<double>(step.count()) / 86'400'000;
    const double angle = 2 * std::numbers::pi * day;
    out.push_back(300 - 120 * std::sin(angle) + 50 * std::sin(2 * angle) +
                  static_cast<double>(random() % 4000) / 100);
  }
  return out;
}

inline carbon::Series<carbon::Average> series(std::chrono::hours length = std::chrono::hours(72),
                                              Millis step = std::chrono::minutes(5)) {
  carbon::Series<carbon::Average> s;
  for (const double v : values(static_cast<std::size_t>(length / step), step))
    s.points.push_back(
        {kBegin + step * static_cast<int>(s.points.size()), carbon::Intensity<carbon::Average>(v)});
  s.end = kBegin + length;
  s.observed_until = kBegin;
  return s;
}

}  // namespace karbonetes::bench
