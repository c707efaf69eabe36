#include "providers/outlook.hpp"

#include <algorithm>

namespace karbonetes::providers {

std::vector<carbon::Point<carbon::Average>> intensity_outlook(
    const std::vector<carbon::Interval>& green, const Intensities& intensities, TimePoint from,
    TimePoint to) {
  std::vector<TimePoint> instants;
  if (from < to) instants.push_back(from);
  for (TimePoint t = std::chrono::ceil<std::chrono::hours>(from); t < to;
       t += std::chrono::hours(1)) {
    instants.push_back(t);
  }
  for (const auto& window : green) {
    for (const TimePoint edge : {window.start, window.end}) {
      if (edge >= from && edge < to) instants.push_back(edge);
    }
  }
  std::ranges::sort(instants);
  const auto repeated = std::ranges::unique(instants);
  instants.erase(repeated.begin(), repeated.end());

  std::vector<carbon::Point<carbon::Average>> points;
  points.reserve(instants.size());
  auto window = green.begin();
  for (const TimePoint t : instants) {
    while (window != green.end() && window->end <= t) ++window;
    const bool is_green = window != green.end() && window->start <= t;
    points.push_back(
        {t, carbon::Intensity<carbon::Average>(is_green ? intensities.green : intensities.other)});
  }
  return points;
}

}  // namespace karbonetes::providers
