#include "mock/steps.hpp"

#include <algorithm>

namespace karbonetes::mock {

double value_at(std::span<const Step> points, TimePoint t) {
  const auto after = std::ranges::upper_bound(points, t, {}, &Step::from);
  return after == points.begin() ? points.front().grams : std::prev(after)->grams;
}

TimePoint aligned(TimePoint t, Millis length) {
  const auto since = t.time_since_epoch();
  auto rest = since % length;
  if (rest < Millis(0)) rest += length;
  return t - rest;
}

std::vector<Slot> slots_of(const Steps& steps, TimePoint now, TimePoint from, TimePoint to,
                           Millis length) {
  std::vector<Slot> out;
  if (steps.points.empty()) return out;
  const TimePoint begin = steps.points.front().from;
  for (TimePoint t = aligned(std::max(from, begin), length); t < std::min(to, steps.end);
       t += length) {
    const bool current = t <= now && now < t + length;
    const double grams = value_at(steps.points, current ? now : std::max(t, begin));
    out.push_back({t, grams, t <= now});
  }
  return out;
}

}  // namespace karbonetes::mock
